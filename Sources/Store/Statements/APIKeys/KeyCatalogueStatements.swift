import Spec
import Values

extension Statements {
    /// The declared scopes and policies as of this snapshot.
    package func keyCatalogue() throws -> KeyCatalogue {
        var catalogue = KeyCatalogue(serial: try stateSerial().serial)
        try db.forEach("SELECT workspace, name FROM scopes ORDER BY workspace, name", []) { row in
            catalogue.scopes[ExactText(try row[0]), default: []].append(try row[1])
            return true
        }
        try db.forEach("SELECT workspace, name, spec FROM key_policies", []) { row in
            let text: String = try row[2]
            guard let json = try? JSON(parsing: text), let spec = KeyPolicySpec(json: json) else {
                throw StoreError(code: .notAState, message: "a key policy's record is damaged; restore the state from a backup")
            }
            catalogue.policies[ExactText(try row[0]), default: [:]][ExactText(try row[1])] = spec
            return true
        }
        return catalogue
    }
}
