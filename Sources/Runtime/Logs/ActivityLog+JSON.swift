package import Spec
package import Store

extension ActivityLog {
    package var json: JSON {
        [
            "id": .string("\(id)"), "at": .string(at.description), "level": .string(level.rawValue), "action": .string(action),
            "message": .string(message), "actor": actor.map(JSON.string) ?? .null,
            "connectionId": connectionID.map(JSON.string) ?? .null,
        ]
    }
}

extension Page {
    /// The id of the last entry of the page before, for logs, whose ids are numbers.
    func number() throws(APIError) -> Int? {
        guard let after else { return nil }
        guard let number = Int(after) else { throw .invalid("cursor", "is not one that a list answered as nextCursor") }
        return number
    }
}
