from rest_framework.throttling import UserRateThrottle


class PerToken(UserRateThrottle):
    rate = "360/min"
