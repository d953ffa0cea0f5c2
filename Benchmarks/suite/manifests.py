"""Manifests of any size: of ten resources eight are webhooks, one is a key policy and one a scope; all differ."""

EVENTS = [
    "POST_PUBLISHED", "POST_SCHEDULED", "POST_FAILED", "MENTION_RECEIVED", "MESSAGE_RECEIVED", "CONVERSATION_ASSIGNED",
    "ALERT_TRIGGERED", "CAMPAIGN_STARTED", "CAMPAIGN_COMPLETED", "APPROVAL_REQUESTED", "APPROVAL_COMPLETED",
]


def manifest(count):
    """The text of a manifest of so many resources, about 290 bytes each. Every tenth webhook takes its secret from the environment."""
    scopes, policies, webhooks = ["scopes:"], ["keyPolicies:"], ["webhooks:"]
    for i in range(count):
        if i % 10 == 0:
            scopes.append(f"  area-{i:05}:read: Read what belongs to area {i} and its metrics")
        elif i % 10 == 1:
            policies += [
                f"  policy-{i:05}:",
                f"    description: Server-to-server keys of partner {i}",
                f"    scopes: [area-{i - 1:05}:read]",
                f"    rateLimitPerHour: {1000 + i}",
                f"    rateLimitPerDay: {20000 + i}",
                "    expiresAfter: 365d",
            ]
        else:
            first, second, third = (EVENTS[(i + step) % len(EVENTS)] for step in (0, 3, 7))
            webhooks += [
                f"  endpoint-{i:05}:",
                f"    name: Endpoint of customer {i}",
                f"    url: https://hooks-{i % 500}.example.com/customer-{i}",
                f"    events: [{first}, {second}, {third}]",
                "    headers:",
                f"      X-Customer: customer-{i}",
                "    retryConfig:",
                f"      maxRetries: {1 + i % 9}",
                "      backoffMultiplier: 2",
                f"      initialDelay: {1 + i % 30}s",
                "      maxDelay: 12h",
            ]
            if i % 10 == 2:
                webhooks.append("    secret: { env: BENCH_SECRET }")
    return "\n".join(["version: 1", "workspace: bench", "owner: bench", "", *scopes, "", *policies, "", *webhooks, ""])
