package import OpenSSL
package import Store
import Synchronization
package import Values

/// Every key in memory, found by its hash; the store is not asked on the way of a request.
///
/// What changed is put in by `apply` before the call that changed it answers, and by `stateChanged` for other processes'
/// commits. Each record carries its change number, and an older one never replaces a newer: so a reload that began
/// before a revocation cannot bring the key back.
///
/// Concurrency: a mutex held for one lookup or one replacement.
package final class KeyTable: StateObserver, Sendable {
    private let store: Store
    private let ledger: LimitLedger
    private let state = Mutex(State())

    private struct State {
        var keys: [SHA256Digest: LiveKey] = [:]
        var digests: [APIKeyID: SHA256Digest] = [:]
        var catalogue = KeyCatalogue()
        /// Up to which change every record has been read; own writes do not move it, because others may come before them.
        var watermark = 0
        var used: [APIKeyID: Timestamp] = [:]
    }

    package init(store: Store, ledger: LimitLedger) {
        self.store = store
        self.ledger = ledger
    }

    package func key(_ digest: SHA256Digest) -> LiveKey? {
        state.withLock { $0.keys[digest] }
    }

    /// The key of that id, revoked ones too.
    package func key(_ id: APIKeyID) -> LiveKey? {
        state.withLock { state in state.digests[id].flatMap { state.keys[$0] } }
    }

    /// What is declared about keys, as last read.
    package var catalogue: KeyCatalogue { state.withLock { $0.catalogue } }

    /// Puts a record in that a transaction of this process has just committed.
    package func apply(_ record: APIKeyRecord) {
        state.withLock { put(record, &$0) }
    }

    /// Reads what changed since the last time, from this or another process.
    package func stateChanged(_ serial: StateSerial) async throws {
        let (watermark, known) = state.withLock { ($0.watermark, $0.catalogue.serial) }
        guard serial.keySerial > watermark || serial.serial > known else { return }
        let (records, catalogue) = try await store.read { reading in
            (try reading.apiKeys(changedAfter: watermark), try reading.keyCatalogue())
        }
        state.withLock { state in
            for record in records { put(record, &state) }
            state.watermark = max(state.watermark, records.last?.change ?? 0)
            if catalogue.serial > state.catalogue.serial { replace(catalogue, &state) }
        }
    }

    /// Notes a use, for the record of last uses.
    package func noteUse(of key: LiveKey, at now: Timestamp) {
        guard key.use.isFirst(at: now) else { return }
        state.withLock { $0.used[key.grant.record.id] = Timestamp(milliseconds: now.milliseconds / 60_000 * 60_000) }
    }

    /// The record with a use in it that is noted here and not yet in the store.
    package func withLatestUse(_ record: APIKeyRecord) -> APIKeyRecord {
        guard let last = key(record.id)?.use.last, last > record.lastUsedAt ?? Timestamp(milliseconds: .min) else { return record }
        var record = record
        record.lastUsedAt = last
        return record
    }

    /// Takes the uses noted since the last time.
    package func drainUses() -> [APIKeyID: Timestamp] {
        state.withLock { state in
            defer { state.used = [:] }
            return state.used
        }
    }

    private func put(_ record: APIKeyRecord, _ state: inout State) {
        guard let digest = SHA256Digest(bytes: record.hash) else { return }
        let old = state.keys[digest]
        if let old, old.grant.record.change >= record.change { return }
        state.digests[record.id] = digest
        state.keys[digest] = LiveKey(
            grant: grant(record, state.catalogue), counter: old?.counter ?? ledger.counter(for: record.subject),
            use: old?.use ?? LastUse(record.lastUsedAt))
    }

    private func replace(_ catalogue: KeyCatalogue, _ state: inout State) {
        state.catalogue = catalogue
        state.keys = state.keys.mapValues { key in
            LiveKey(grant: grant(key.grant.record, catalogue), counter: key.counter, use: key.use)
        }
    }

    private func grant(_ record: APIKeyRecord, _ catalogue: KeyCatalogue) -> KeyGrant {
        KeyGrant(
            record, policy: catalogue.policy(record.policy, of: record.workspace),
            declared: catalogue.scopes(of: record.workspace))
    }
}
