import HTTPTypes
import OpenSSL
import Spec
import Store
package import Values

/// Checks keys against the table and counts what it admits.
package struct KeyChecker: Sendable {
    package let table: KeyTable
    private let ledger: LimitLedger

    package init(table: KeyTable, ledger: LimitLedger) {
        self.table = table
        self.ledger = ledger
    }

    /// What is asked about a key.
    package struct Question: Sendable {
        package var key: [UInt8]
        package var scopes: [String]
        /// The address of who uses the key; nil where it is not known, which no network list lets in.
        package var address: IPAddress?
        /// How many calls it counts as; 0 looks and counts nothing.
        package var cost: Int
        /// Where set, keys of other workspaces do not exist.
        package var workspace: String?

        package init(
            key: [UInt8], scopes: [String] = [], address: IPAddress? = nil, cost: Int = 1, workspace: String? = nil
        ) {
            self.key = key
            self.scopes = scopes
            self.address = address
            self.cost = cost
            self.workspace = workspace
        }
    }

    /// Decides from memory. Nil: allowance must be fetched first, and `resume` is called when the question may be asked again,
    /// with whether allowance could be fetched at all. The whole question is asked again, so that a revocation in between counts.
    package func verdict(
        on question: Question, at now: Timestamp, orResume resume: @autoclosure () -> LimitCounter.Resumption
    ) -> KeyVerdict? {
        guard KeyFormat.isWellFormed(question.key.span) else { return KeyVerdict(.malformed) }
        guard let key = table.key(SHA256.digest(question.key.span)),
            question.workspace.map(key.grant.record.workspace.isExactly) ?? true
        else { return KeyVerdict(.notFound) }
        if let code = KeyCheck.refusal(of: key.grant, scopes: question.scopes, from: question.address, at: now) {
            return KeyVerdict(code, key: key)
        }
        guard !key.grant.limits.isUnlimited else {
            table.noteUse(of: key, at: now)
            return KeyVerdict(.valid, key: key)
        }
        guard
            let report = ledger.take(
                question.cost, from: key.counter, under: key.grant.limits, at: now, orResume: resume())
        else { return nil }
        if report.isAdmitted { table.noteUse(of: key, at: now) }
        return KeyVerdict(report.isAdmitted ? .valid : .rateLimited, key: key, limits: report)
    }

    /// Decides, waiting for the store where it must be asked; 503 where it cannot.
    package func verdict(on question: Question, at now: Timestamp) async throws(APIError) -> KeyVerdict {
        do {
            return try await ledger.untilDecided { resume in verdict(on: question, at: now, orResume: resume()) }
        } catch {
            throw .limitsUnavailable
        }
    }
}

extension APIError {
    /// Nothing is admitted that cannot be counted.
    static var limitsUnavailable: APIError {
        APIError(
            .serviceUnavailable, code: "state_unavailable", message: "the limits cannot be counted now; try again",
            headers: [.retryAfter: "1"])
    }
}
