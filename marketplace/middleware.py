"""Who acts, in which language and zone: decided once per request."""


class ActorMiddleware:
    """Placeholder until accounts resolve the actor."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.actor = None
        return self.get_response(request)


class ReaderMiddleware(ActorMiddleware):
    def __call__(self, request):
        return self.get_response(request)
