import Spec
import Store
import Testing

struct KeyringTests {
    let place = Keyring.Place(table: "secrets", row: "wh_1", column: "secret")

    func key(_ letter: Character) -> Secret { Secret(String(repeating: letter, count: 32)) }

    @Test func `what was sealed opens at its own place`() throws {
        let keyring = try Keyring(current: key("a"))
        let sealed = try keyring.seal(Secret("value"), for: place)
        #expect(try keyring.open(sealed, at: place) == Secret("value"))
    }

    @Test(arguments: [
        Keyring.Place(table: "connections", row: "wh_1", column: "secret"),
        Keyring.Place(table: "secrets", row: "wh_2", column: "secret"),
        Keyring.Place(table: "secrets", row: "wh_1", column: "other"),
        Keyring.Place(table: "secrets", row: "wh_1s", column: "ecret"),
    ])
    func `moved to another place it does not open`(elsewhere: Keyring.Place) throws {
        let keyring = try Keyring(current: key("a"))
        let sealed = try keyring.seal(Secret("value"), for: place)
        let error = #expect(throws: StoreError.self) { try keyring.open(sealed, at: elsewhere) }
        #expect(error?.code == .sealed)
    }

    @Test func `any changed byte is noticed`() throws {
        let keyring = try Keyring(current: key("a"))
        let sealed = try keyring.seal(Secret("value"), for: place)
        for position in sealed.indices {
            var changed = sealed
            changed[position] ^= 1
            #expect(throws: StoreError.self) { try keyring.open(changed, at: place) }
        }
    }

    @Test func `the previous key opens and the current one seals`() throws {
        let old = try Keyring(current: key("a"))
        let sealed = try old.seal(Secret("value"), for: place)
        let rotated = try Keyring(current: key("b"), previous: key("a"))
        #expect(try rotated.open(sealed, at: place) == Secret("value"))
        #expect(!rotated.isCurrent(sealed))
        #expect(rotated.isCurrent(try rotated.seal(Secret("value"), for: place)))
    }

    @Test func `another key is told from a damaged value`() throws {
        let sealed = try Keyring(current: key("a")).seal(Secret("value"), for: place)
        let error = #expect(throws: StoreError.self) { try Keyring(current: key("b")).open(sealed, at: place) }
        #expect(error?.message.contains("ENCRYPTION_KEY_PREVIOUS") == true)
    }

    @Test func `a short key is refused with a way to make one`() {
        let error = #expect(throws: StoreError.self) { try Keyring(current: Secret(String(repeating: "a", count: 31))) }
        #expect(error?.message.contains("openssl rand") == true)
    }

    @Test func `one secret sealed twice gives two ciphertexts and one fingerprint`() throws {
        let keyring = try Keyring(current: key("a"))
        #expect(try keyring.seal(Secret("v"), for: place) != keyring.seal(Secret("v"), for: place))
        #expect(keyring.fingerprint(Secret("v")) == keyring.fingerprint(Secret("v")))
        #expect(keyring.fingerprint(Secret("v")) != keyring.fingerprint(Secret("w")))
    }
}
