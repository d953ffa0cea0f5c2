package import Spec
package import Values

/// An integration as the state has it.
package struct IntegrationRecord: Sendable, Equatable {
    package var id: IntegrationID
    package var workspace: String
    /// The stable name; the display name is in `spec`.
    package var name: String
    package var owner: String
    /// Where a manifest declares it; nil for one made over HTTP.
    package var declaration: Declaration?
    /// `lifecycle.preventDestroy` of the manifest.
    package var preventDestroy: Bool
    package var spec: IntegrationSpec
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    package var updatedBy: String
    /// Set while the provider refuses the integration's client.
    package var errorAt: Timestamp?
    package var error: String?

    package struct Declaration: Sendable, Equatable {
        package var file: String?
        package var line: Int?
    }

    /// From a row with the columns that every statement of `IntegrationStatements` names.
    init(_ row: Row) throws {
        let id: String = try row["id"]
        let text: String = try row["spec"]
        guard let identifier = IntegrationID(id), let json = try? JSON(parsing: text), let spec = IntegrationSpec(json: json) else {
            throw StoreError(code: .notAState, message: "the integration \(id) in the state is damaged")
        }
        self.id = identifier
        self.spec = spec
        workspace = try row["workspace"]
        name = try row["name"]
        owner = try row["owner"]
        let origin: String = try row["origin"]
        declaration = try origin == "manifest" ? Declaration(file: row["file"], line: row["line"]) : nil
        preventDestroy = try row["prevent_destroy"]
        createdAt = try row["created_at"]
        updatedAt = try row["updated_at"]
        updatedBy = try row["updated_by"]
        errorAt = try row["error_at"]
        error = try row["error"]
    }
}
