package import Values

/// What a change does to something that is live, counted in the runtime's tables when the plan is made.
package struct ImpactNote: Sendable, Hashable {
    package enum Effect: String, Sendable, Hashable, CaseIterable {
        /// Keys hold a scope that goes away.
        case keysLoseScope = "keys_lose_scope"
        /// Keys were given a higher limit than the policy will allow, or have made more calls in the running window.
        case keysAboveLimit = "keys_above_limit"
        /// Keys were issued under a policy that goes away, and stop working.
        case keysLosePolicy = "keys_lose_policy"
        /// Deliveries wait for a webhook that goes away.
        case deliveriesDropped = "deliveries_dropped"
        /// Connections were made with other endpoints, client or scopes.
        case connectionsReauthorise = "connections_reauthorise"
        /// Connections of an integration that goes away.
        case connectionsRevoked = "connections_revoked"
    }

    package var effect: Effect
    package var count: Int
    /// The scope or limit meant, where the effect has one.
    package var subject: String?

    package init(effect: Effect, count: Int, subject: String? = nil) {
        self.effect = effect
        self.count = count
        self.subject = subject
    }

    /// `3 keys lose posts:write`.
    package var text: String {
        let one = count == 1
        let keys = one ? "1 key" : "\(count) keys"
        let connections = one ? "1 connection" : "\(count) connections"
        switch effect {
        case .keysLoseScope: return "\(keys) \(one ? "loses" : "lose") \(subject ?? "a scope")"
        case .keysAboveLimit: return "\(keys) \(one ? "is" : "are") above the lowered limit \(subject ?? "")".trimmedEnd
        case .keysLosePolicy: return "\(keys) of this policy \(one ? "stops" : "stop") working"
        case .deliveriesDropped: return "\(one ? "1 pending delivery is" : "\(count) pending deliveries are") dropped"
        case .connectionsReauthorise: return "\(connections) must be authorised again"
        case .connectionsRevoked: return "\(connections) \(one ? "is" : "are") revoked"
        }
    }

    /// The members of `impact` in the JSON plan.
    package var json: JSON {
        var object = JSONObject([("effect", .string(effect.rawValue)), ("count", .integer(count))])
        object["subject"] = subject.map(JSON.string)
        object["message"] = .string(text)
        return .object(object)
    }
}

extension String {
    fileprivate var trimmedEnd: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
