import Foundation
import GRDB
import Spec
import Values

extension APIKeyRecord {
    init(row: Row) throws {
        let id: String = row["id"]
        let status: String = row["status"]
        let rotatedTo: String? = row["rotated_to"]
        let scopes: String? = row["scopes"]
        let metadata: String? = row["metadata"]
        guard let id = APIKeyID(id), let status = Status(rawValue: status) else {
            throw StoreError(code: .notAState, message: "an API key's record is damaged; restore the state from a backup")
        }
        func moment(_ column: String) -> Timestamp? {
            let milliseconds: Int64? = row[column]
            return milliseconds.map { Timestamp(milliseconds: $0) }
        }
        self.init(
            id: id, workspace: row["workspace"], name: row["name"], hash: Array(row["hash"] as Data), hint: row["hint"],
            subject: row["subject"], rotatedTo: rotatedTo.flatMap { APIKeyID($0) }, policy: row["policy"],
            scopes: try scopes.flatMap { try JSON(parsing: $0).strings },
            limits: RateLimits(perHour: row["rate_limit_per_hour"], perDay: row["rate_limit_per_day"]),
            status: status, expiresAt: moment("expires_at"), revokedAt: moment("revoked_at"), owner: row["owner"],
            metadata: try metadata.map { try JSON(parsing: $0) },
            createdAt: Timestamp(milliseconds: row["created_at"]), createdBy: row["created_by"],
            lastUsedAt: moment("last_used_at"), change: row["change"])
    }
}
