import OpenSSL
package import Values

/// Seals secrets for the state and opens them again: AES-256-GCM, each bound to its table, row and column.
///
/// Layout of a sealed value: version 1 (1 byte), key id (4 bytes), then nonce, ciphertext and tag. The key is
/// HKDF-SHA256 of the text of ENCRYPTION_KEY; the key id is derived beside it, so that a value says which key opens it
/// without telling anything about the key. ENCRYPTION_KEY_PREVIOUS opens and never seals.
package struct Keyring: Sendable {
    private let current: Key
    private let previous: Key?

    /// The fewest characters that a key may have.
    package static let minimumLength = 32

    private struct Key: Sendable {
        let id: [UInt8]
        let cipher: AES256GCM
        /// For digests of secrets in saved plans, which must not be guessable without the key.
        let fingerprintKey: [UInt8]

        init(_ text: Secret) {
            let secret = Array(text.reveal().utf8)
            id = HKDF.sha256(secret: secret, salt: [], info: Array("reconcile key id 1".utf8), count: 4)
            cipher = AES256GCM(key: HKDF.sha256(secret: secret, salt: [], info: Array("reconcile encryption 1".utf8), count: 32))
            fingerprintKey = HKDF.sha256(secret: secret, salt: [], info: Array("reconcile fingerprint 1".utf8), count: 32)
        }
    }

    /// How to make a key, for whoever has none that will do.
    package static let remedy = "make one with: openssl rand -base64 32"

    package init(current: Secret, previous: Secret? = nil) throws(StoreError) {
        for (name, key) in [("ENCRYPTION_KEY", Optional(current)), ("ENCRYPTION_KEY_PREVIOUS", previous)] {
            if let key, key.reveal().count < Self.minimumLength {
                throw StoreError(
                    code: .sealed,
                    message: "\(name) has fewer than \(Self.minimumLength) characters; \(Self.remedy)")
            }
        }
        self.current = Key(current)
        self.previous = previous.map { Key($0) }
    }

    /// What bytes 2 to 5 of a value say that the current key sealed.
    var currentID: [UInt8] { current.id }
    /// The same of the previous key.
    var previousID: [UInt8]? { previous?.id }

    /// Where a sealed value lives; it opens nowhere else.
    package struct Place: Sendable {
        package var table: StaticString
        package var row: String
        package var column: String

        package init(table: StaticString, row: String, column: String) {
            self.table = table
            self.row = row
            self.column = column
        }

        /// Parts are length-prefixed, so that no two places share an encoding.
        fileprivate var associatedData: [UInt8] {
            [table.description, row, column].flatMap { part in
                let bytes = Array(part.utf8)
                return [UInt8(truncatingIfNeeded: bytes.count >> 8), UInt8(truncatingIfNeeded: bytes.count)] + bytes
            }
        }
    }

    package func seal(_ secret: Secret, for place: Place) throws(StoreError) -> [UInt8] {
        do {
            let header = [1] + current.id
            return header + (try current.cipher.seal(Array(secret.reveal().utf8), authenticating: header + place.associatedData))
        } catch {
            throw StoreError(code: .sealed, message: "a secret of \(place.table) \(place.row) could not be encrypted: \(error)")
        }
    }

    package func open(_ sealed: [UInt8], at place: Place) throws(StoreError) -> Secret {
        guard sealed.count > 5, sealed[0] == 1 else {
            throw StoreError(code: .sealed, message: "the secret `\(place.column)` of \(place.table) \(place.row) is damaged")
        }
        let id = Array(sealed[1..<5])
        guard let key = [current, previous].compactMap({ $0 }).first(where: { $0.id == id }) else {
            throw StoreError(
                code: .sealed,
                message:
                    "the secret `\(place.column)` of \(place.table) \(place.row) was encrypted under another ENCRYPTION_KEY; set that one as ENCRYPTION_KEY_PREVIOUS"
            )
        }
        do {
            let opened = try key.cipher.open(Array(sealed[5...]), authenticating: Array(sealed[..<5]) + place.associatedData)
            return Secret(String(decoding: opened, as: UTF8.self))
        } catch {
            throw StoreError(
                code: .sealed, message: "the secret `\(place.column)` of \(place.table) \(place.row) does not open: it was changed or moved"
            )
        }
    }

    /// Whether `sealed` is under the current key; the others are what `secrets rotate` re-encrypts.
    package func isCurrent(_ sealed: [UInt8]) -> Bool {
        sealed.count > 5 && Array(sealed[1..<5]) == current.id
    }

    /// Whether a key of this ring sealed it, as the value itself says.
    func names(_ sealed: [UInt8]) -> Bool {
        sealed.count > 5 && [current.id, previous?.id].contains(Array(sealed[1..<5]))
    }

    /// A keyed digest by which a saved plan recognises a secret without holding it.
    package func fingerprint(_ secret: Secret) -> String {
        Hex.encode(HMACSHA256(key: current.fingerprintKey).authenticate(Array(secret.reveal().utf8)))
    }
}

extension Keyring? {
    /// The key for secrets, or the error that says how to give one.
    package func required() throws(StoreError) -> Keyring {
        guard let self else {
            throw StoreError(code: .sealed, message: "this needs ENCRYPTION_KEY, which is not set; \(Keyring.remedy)")
        }
        return self
    }
}
