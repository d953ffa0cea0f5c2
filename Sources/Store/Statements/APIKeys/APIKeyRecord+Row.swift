import Spec
import Values

extension APIKeyRecord {
    /// A row with the columns of `APIKeySQL`, in their order.
    init(row: Row) throws {
        func json(_ column: Int) throws -> JSON? {
            let text: String? = try row[column]
            guard let text else { return nil }
            guard let json = try? JSON(parsing: text) else { throw Self.damaged }
            return json
        }
        /// Nothing that does not read as a list may count as none, which would allow all.
        func strings(_ column: Int) throws -> [String]? {
            guard let json = try json(column) else { return nil }
            guard let strings = json.strings else { throw Self.damaged }
            return strings
        }
        guard let id = APIKeyID(try row[0] as String), let status = Status(rawValue: try row[11]) else { throw Self.damaged }
        let rotatedTo: String? = try row[6]
        self.init(
            id: id, workspace: try row[1], name: try row[2], hash: try row[3], hint: try row[4], subject: try row[5] as String,
            rotatedTo: rotatedTo.flatMap { APIKeyID($0) }, policy: try row[7], scopes: try strings(8),
            limits: RateLimits(perHour: try row[9], perDay: try row[10]), status: status, expiresAt: try row[12],
            revokedAt: try row[13], owner: try row[14], metadata: try json(15),
            createdAt: try row[16], createdBy: try row[17], lastUsedAt: try row[18], change: try row[19])
    }

    private static var damaged: StoreError {
        StoreError(code: .notAState, message: "an API key's record is damaged; restore the state from a backup")
    }
}
