from rest_framework import serializers

from sellers.models import DeliveryOption, Seller


class SellerSerializer(serializers.ModelSerializer):
    email = serializers.EmailField(allow_blank=True, read_only=True)

    class Meta:
        model = Seller
        fields = [
            "code",
            "name",
            "email",
            "phone",
            "city",
            "state",
            "postcode",
            "country",
            "time_zone",
            "commission_rate",
            "active",
            "updated_at",
        ]
        read_only_fields = fields


class DeliveryOptionSerializer(serializers.ModelSerializer):
    company = serializers.CharField(source="company.code")
    offered = serializers.BooleanField(help_text="may be chosen for new packages")
    seller_default = serializers.BooleanField(help_text="the seller's own usual way")
    seller_easy_return = serializers.BooleanField(help_text="the seller's way for returned goods")

    class Meta:
        model = DeliveryOption
        fields = [
            "code",
            "name",
            "company",
            "tracking_pattern",
            "tracking_url",
            "priority",
            "active",
            "is_default",
            "easy_return",
            "offered",
            "seller_default",
            "seller_easy_return",
            "updated_at",
        ]
        read_only_fields = fields
