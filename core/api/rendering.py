from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer

__all__ = ["JSONParser", "JSONRenderer"]
