import OpenSSL
package import Spec
package import Store
import Values

/// Everything that a plan depended on, so that apply can tell whether any of it has moved.
///
/// It holds the records of every declared address, present or not, of both ends of every move and of all that the
/// domains of the run own: unchanged resources count as read, other owners' do not.
package struct ReadSet: Sendable {
    package var domains: Set<Manifest.Domain>
    package var addresses: Set<Address>
    /// What stood at the read addresses.
    package var records: [ResourceRecord]

    package init(domains: Set<Manifest.Domain>, addresses: Set<Address>, records: [ResourceRecord]) {
        self.domains = domains
        self.addresses = addresses
        self.records = records
    }

    /// A fingerprint of each record that was there.
    package var digests: [Address: String] { Self.digests(of: records) }

    /// Whether a plan with this read set depends on the record.
    package func covers(_ record: ResourceRecord) -> Bool {
        addresses.contains(record.address)
            || record.origin == .manifest
                && domains.contains(Manifest.Domain(workspace: record.address.workspace, owner: record.owner))
    }

    package static func digests(of records: [ResourceRecord]) -> [Address: String] {
        var digests: [Address: String] = [:]
        digests.reserveCapacity(records.count)
        for record in records { digests[record.address] = record.digest }
        return digests
    }

    /// Addresses whose record was added, removed or altered between two readings, sorted.
    package static func moved(from before: [Address: String], to after: [Address: String]) -> [Address] {
        var moved: [Address] = []
        for (address, digest) in before where after[address] != digest { moved.append(address) }
        for address in after.keys where before[address] == nil { moved.append(address) }
        return moved.sorted()
    }
}

extension ResourceRecord {
    /// SHA-256 over everything that a plan reads of the record, each part preceded by its length.
    ///
    /// The time of the last change stands for its secrets, which move with it.
    package var digest: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(specText.utf8.count + 160)
        func append(_ text: String) {
            bytes += "\(text.utf8.count):".utf8
            bytes += text.utf8
        }
        append(address.workspace)
        append(address.kind.rawValue)
        append(address.name)
        append(id)
        append(owner)
        append(origin.rawValue)
        append(preventDestroy ? "1" : "0")
        append(String(changedAt.milliseconds))
        append(specText)
        append(appliedText ?? "")
        return Hex.encode(SHA256.hash(bytes))
    }
}
