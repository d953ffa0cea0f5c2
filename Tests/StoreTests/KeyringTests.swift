import Foundation
import TestSupport
import Testing
import Values

@testable import Store

struct KeyringTests {
    let place = Keyring.Place(table: "secrets", row: "wh_1", column: "secret")

    @Test func `what was sealed opens at its own place`() throws {
        let keyring = try Keyring("a")
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
        let keyring = try Keyring("a")
        let sealed = try keyring.seal(Secret("value"), for: place)
        let error = #expect(throws: StoreError.self) { try keyring.open(sealed, at: elsewhere) }
        #expect(error?.code == .sealed)
    }

    @Test func `any changed byte is noticed`() throws {
        let keyring = try Keyring("a")
        let sealed = try keyring.seal(Secret("value"), for: place)
        for position in sealed.indices {
            var changed = sealed
            changed[position] ^= 1
            #expect(throws: StoreError.self) { try keyring.open(changed, at: place) }
        }
    }

    @Test func `the previous key opens and the current one seals`() throws {
        let old = try Keyring("a")
        let sealed = try old.seal(Secret("value"), for: place)
        let rotated = try Keyring("b", previous: "a")
        #expect(try rotated.open(sealed, at: place) == Secret("value"))
        #expect(!rotated.isCurrent(sealed))
        #expect(rotated.isCurrent(try rotated.seal(Secret("value"), for: place)))
    }

    @Test func `another key is told from a damaged value`() throws {
        let sealed = try Keyring("a").seal(Secret("value"), for: place)
        let error = #expect(throws: StoreError.self) { try Keyring("b").open(sealed, at: place) }
        #expect(error?.message.contains("ENCRYPTION_KEY_PREVIOUS") == true)
    }

    @Test func `a short key is refused with a way to make one`() {
        let error = #expect(throws: StoreError.self) { try Keyring(current: Secret(String(repeating: "a", count: 31))) }
        #expect(error?.message.contains("openssl rand") == true)
    }

    @Test func `one secret sealed twice gives two ciphertexts and one fingerprint`() throws {
        let keyring = try Keyring("a")
        #expect(try keyring.seal(Secret("v"), for: place) != keyring.seal(Secret("v"), for: place))
        #expect(keyring.fingerprint(Secret("v")) == keyring.fingerprint(Secret("v")))
        #expect(keyring.fingerprint(Secret("v")) != keyring.fingerprint(Secret("w")))
    }
}

struct SecretRotationTests {
    @Test func `after a rotation the new key alone opens everything`() async throws {
        let folder = TemporaryFolder()
        let path = folder.state.location
        let (old, new) = (Secret.key("o"), Secret.key("n"))
        let before = try Store(state: path, keyring: try Keyring(current: old))
        try await before.write { transaction in
            for name in ["a", "b"] {
                try transaction.setSecret(Secret("value of \(name)"), of: "wh_1", field: name, at: Timestamp(milliseconds: 0))
            }
        }
        before.close()
        let rotating = try Store(state: path, keyring: try Keyring(current: new, previous: old))
        #expect(try await rotating.rotateSecrets() == 2)
        #expect(try await rotating.rotateSecrets() == 0)
        rotating.close()
        let after = try Store(state: path, keyring: try Keyring(current: new))
        let secrets = try await after.read { try $0.secrets(of: "wh_1") }
        #expect(secrets == ["a": Secret("value of a"), "b": Secret("value of b")])
    }

    @Test func `a rotation that cannot open one value changes none`() async throws {
        let folder = TemporaryFolder()
        let path = folder.state.location
        let keys = ["o", "n", "x"].map { Secret.key($0) }
        let store = try Store(state: path, keyring: try Keyring(current: keys[0]))
        let foreign = try Keyring(current: keys[2]).seal(Secret("v"), for: .secret(of: "wh_1", field: "b"))
        try await store.write { writing in
            for field in ["a", "b"] { try writing.setSecret(Secret("v"), of: "wh_1", field: field, at: Timestamp(milliseconds: 0)) }
            // What an earlier version let in: one value under a key that is gone.
            try writing.db.run("UPDATE secrets SET sealed = ? WHERE field = 'b'", [foreign])
        }
        store.close()
        let rotating = try Store(state: path, keyring: try Keyring(current: keys[1], previous: keys[0]))
        let error = await #expect(throws: StoreError.self) { try await rotating.rotateSecrets() }
        #expect(error?.code == .sealed)
        let stored = try await rotating.read { try $0.db.values("SELECT sealed FROM secrets ORDER BY field", as: [UInt8].self) }
        let first = try Keyring(current: keys[0])
        #expect(first.isCurrent(stored[0]))
    }
}
