package import Store
package import Values

extension ActivityLog {
    package var json: JSON {
        [
            "id": .string("\(id)"), "at": .string(at.description), "level": .string(level.rawValue), "action": .string(action),
            "message": .string(message), "actor": actor.map(JSON.string) ?? .null,
            "connectionId": connectionID.map(JSON.string) ?? .null,
        ]
    }
}
