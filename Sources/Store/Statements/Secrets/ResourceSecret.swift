package import Values

/// The value of one secret field of a resource.
package struct ResourceSecret: Sendable, Equatable {
    /// The id of the resource's row.
    package var resourceID: String
    /// The path of the field, such as `config.clientSecret`.
    package var field: String
    package var value: Secret

    package init(resourceID: String, field: String, value: Secret) {
        self.resourceID = resourceID
        self.field = field
        self.value = value
    }
}
