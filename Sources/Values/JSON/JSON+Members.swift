extension JSON {
    /// The value with the member at these keys set, or removed where `value` is nil; objects on the way are made where there are none.
    package func setting(_ keys: some BidirectionalCollection<String>, to value: JSON?) -> JSON {
        setting(Array(keys)[...], to: value)
    }

    private func setting(_ keys: ArraySlice<String>, to value: JSON?) -> JSON {
        guard let key = keys.first else { return value ?? .null }
        var object = self.object ?? JSONObject()
        object[key] = keys.count == 1 ? value : (object[key] ?? [:]).setting(keys.dropFirst(), to: value)
        return .object(object)
    }

    /// Whether objects lead to a member along these keys.
    package func hasMember(_ keys: some Sequence<String>) -> Bool {
        var value = self
        for key in keys {
            guard let next = value[key] else { return false }
            value = next
        }
        return true
    }
}
