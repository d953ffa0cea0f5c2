import Values

/// A known text that the state keeps sealed, by which a wrong ENCRYPTION_KEY is recognised before it is used.
///
/// The first opening with a key seals it. In a state that holds secrets already this is left to a key that opens one of
/// them; while only ENCRYPTION_KEY_PREVIOUS does, to `secrets rotate`.
enum KeyCanary {
    static let text = Secret("reconcile")
    static let place = Keyring.Place(table: "state", row: "1", column: "canary")

    enum Verdict {
        /// The current or the previous key opens what is sealed.
        case fits
        /// The current key fits, and nothing in the state says so yet.
        case fitsUnrecorded
        case wrong
    }

    /// Refuses a wrong key, and records the first that fits.
    ///
    /// The record is made where nobody else is writing and the state can be written; else the next opening makes it.
    static func check(_ keyring: Keyring, on engine: any Engine, path: String) throws {
        switch try engine.readNow({ try Reading($0, keyring: keyring).keyVerdict(keyring) }) {
        case .fits: return
        case .wrong: throw StoreError.wrongKey(path: path)
        case .fitsUnrecorded: break
        }
        do {
            try engine.writeNow { connection in
                let writing = Writing(connection, keyring: keyring)
                // Asked again inside the transaction: another process may have come first, with another key.
                switch try writing.keyVerdict(keyring) {
                case .fits: break
                case .wrong: throw StoreError.wrongKey(path: path)
                case .fitsUnrecorded: try writing.sealCanary(under: keyring)
                }
            }
        } catch let error as StoreError where error.code == .locked || error.code == .inaccessible {
            return
        }
    }
}

extension StoreError {
    static func wrongKey(path: String) -> StoreError {
        StoreError(
            code: .sealed,
            message: """
                ENCRYPTION_KEY is not the key that the secrets of \(path) are encrypted with; set that one, or, to go over to a new key, \
                set the old one as ENCRYPTION_KEY_PREVIOUS and run `reconcile secrets rotate`
                """)
    }

    static let keyRotatedAway = StoreError(
        code: .sealed,
        message: """
            the secrets of the state were encrypted anew, under another ENCRYPTION_KEY than this process was started with; nothing was \
            written: restart it with the new key
            """)
}

extension Store {
    /// Throws `sealed` where the key that this process came with no longer opens what the state seals: it was rotated away.
    package func checkKey() async throws {
        let path = location.description
        try await read { reading in
            guard let keyring = reading.keyring else { return }
            if case .wrong = try reading.keyVerdict(keyring) { throw StoreError.wrongKey(path: path) }
        }
    }
}

extension Statements {
    func keyVerdict(_ keyring: Keyring) throws -> KeyCanary.Verdict {
        if let canary = try canary() {
            return (try? keyring.open(canary, at: KeyCanary.place)) == KeyCanary.text ? .fits : .wrong
        }
        guard try hasSealed() else { return .fitsUnrecorded }
        if try opensAny(of: keyring.currentID, keyring) { return .fitsUnrecorded }
        if let previous = keyring.previousID, try opensAny(of: previous, keyring) { return .fits }
        return .wrong
    }

    func canary() throws -> [UInt8]? {
        try db.value("SELECT canary FROM state WHERE id = 1")
    }

    private func hasSealed() throws -> Bool {
        try db.value(
            "SELECT EXISTS (SELECT 1 FROM secrets) OR EXISTS (SELECT 1 FROM connections) OR EXISTS (SELECT 1 FROM revocations)"
        ) ?? false
    }

    /// Whether any of the first values that name this key opens; one may be damaged.
    private func opensAny(of keyID: [UInt8], _ keyring: Keyring) throws -> Bool {
        for column in SealedColumn.allCases where column.isLasting {
            let values = try db.rows(column.sample, [keyID]) { row in try column.value(row) }
            if values.contains(where: { $0.opens(with: keyring) }) { return true }
        }
        return false
    }
}

extension Writing {
    /// The key, to seal with; `sealed` where `secrets rotate` has gone over to another one since this process was started.
    ///
    /// Asked of the state once a transaction. The answer holds until its end: a rotation records its key only once nobody is in a
    /// transaction that seals, and seals anew what such ones have left.
    func sealingKeyring() throws -> Keyring {
        let keyring = try requireKeyring()
        guard !session.sealing.isChecked else { return keyring }
        let canary: [UInt8]? = try db.value("SELECT canary FROM state WHERE id = 1 {for key share of state}")
        if let canary, !keyring.names(canary) { throw StoreError.keyRotatedAway }
        session.sealing.isChecked = true
        return keyring
    }

    /// Waits for everyone who is sealing, and lets nobody begin to until the end of the transaction; the canary as it is then.
    func holdSealing() throws -> [UInt8]? {
        try db.value("SELECT canary FROM state WHERE id = 1 {for update}")
    }

    func sealCanary(under keyring: Keyring) throws {
        let sealed = try keyring.seal(KeyCanary.text, for: KeyCanary.place)
        try db.run("UPDATE state SET canary = ? WHERE id = 1", [sealed])
    }
}
