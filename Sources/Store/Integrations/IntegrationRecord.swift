import GRDB
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

    init(_ row: Row) throws {
        let id: String = row["id"]
        guard let identifier = IntegrationID(id), let json = try? JSON(parsing: row["spec"] as String),
            let spec = IntegrationSpec(json: json)
        else {
            throw StoreError(code: .notAState, message: "the integration \(id) in the state is damaged")
        }
        self.id = identifier
        self.spec = spec
        workspace = row["workspace"]
        name = row["name"]
        owner = row["owner"]
        let origin: String = row["origin"]
        declaration = origin == "manifest" ? Declaration(file: row["file"], line: row["line"]) : nil
        preventDestroy = row["prevent_destroy"]
        createdAt = Timestamp(milliseconds: row["created_at"])
        updatedAt = Timestamp(milliseconds: row["updated_at"])
        updatedBy = row["updated_by"]
        errorAt = (row["error_at"] as Int64?).map { Timestamp(milliseconds: $0) }
        error = row["error"]
    }
}
