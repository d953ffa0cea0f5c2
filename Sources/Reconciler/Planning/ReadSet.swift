internal import OpenSSL
package import Spec
package import Store

/// Everything that a plan depended on, so that apply can tell whether any of it has moved.
///
/// It holds the records of every declared address, present or not, of both ends of every move and of all that the
/// domains of the run own: unchanged resources count as read, other owners' do not.
package struct ReadSet: Sendable {
    package var domains: Set<Manifest.Domain>
    package var addresses: Set<Address>
    /// What stood at the read addresses.
    package var records: [ResourceRecord]

    /// A fingerprint of each record that was there.
    package var digests: [Address: String] {
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
    /// SHA-256 over everything that a plan reads of the record; secrets come in through the revision of their row.
    package var digest: String {
        let fields: JSON = [
            "address": .string(address.qualified), "owner": .string(owner), "origin": .string(origin.rawValue),
            "preventDestroy": .bool(preventDestroy), "spec": .string(specText), "applied": appliedText.map(JSON.string) ?? nil,
            "id": id.map(JSON.string) ?? nil,
        ]
        return Hex.encode(SHA256.hash(fields.utf8))
    }
}
