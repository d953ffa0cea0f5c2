import Store
import Values

extension Secret {
    /// A key that is long enough, all of one letter.
    static func key(_ letter: Character) -> Secret { Secret(String(repeating: letter, count: Keyring.minimumLength)) }
}

extension Keyring {
    /// Of keys that are all of one letter.
    init(_ current: Character, previous: Character? = nil) throws(StoreError) {
        try self.init(current: .key(current), previous: previous.map { .key($0) })
    }
}
