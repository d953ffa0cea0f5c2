package import Values

/// A permission that API keys can carry; its name is the address.
package struct ScopeSpec: Sendable, Equatable {
    package var description: String

    package init(description: String) { self.description = description }

    package var json: JSON { ["description": .string(description)] }

    package init?(json: JSON) {
        guard let description = json["description"]?.string else { return nil }
        self.description = description
    }
}
