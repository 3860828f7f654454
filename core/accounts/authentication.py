from rest_framework.authentication import BaseAuthentication, SessionAuthentication

__all__ = ["SessionAuthentication", "TokenAuthentication"]


class TokenAuthentication(BaseAuthentication):
    def authenticate(self, request):
        return None
