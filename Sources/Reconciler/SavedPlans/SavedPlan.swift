package import Spec
import Store
package import Values

/// A plan in a file: the JSON document, and under `reconcile` what apply needs to do exactly that.
///
/// It holds no secret. Values are resolved anew at apply and recognised by keyed fingerprints, so that the file can lie
/// in a CI artefact. The digest covers all of it but the time; an altered file is refused.
package struct SavedPlan: Sendable {
    package var plan: Plan
    /// Digests of the records that the plan read, to be compared with the state at apply.
    package var reads: [Address: String]

    /// The file's text; ends with a line break.
    package static func text(of plan: Plan, timestamp: Timestamp) -> String {
        var document = plan.json(timestamp: timestamp).object ?? JSONObject()
        var own = JSONObject([("format", 1)])
        own["domains"] = .array(
            plan.reads.domains.sorted().map { ["workspace": .string($0.workspace), "owner": .string($0.owner)] })
        own["addresses"] = .array(plan.reads.addresses.sorted().map(\.json))
        own["reads"] = .array(
            plan.reads.digests.sorted { $0.key < $1.key }.map { ["address": $0.key.json, "digest": .string($0.value)] })
        own["secrets"] = .array(
            plan.fingerprints.sorted { $0.key < $1.key }.map { address, fields in
                let members = fields.sorted { $0.key < $1.key }.map { ($0.key, JSON.string($0.value)) }
                return ["address": address.json, "fields": .object(JSONObject(members))]
            })
        own["existing"] = .integer(plan.existing)
        own["steps"] = .array(plan.changes.filter(\.isKept).map(\.stepJSON))
        document["reconcile"] = .object(own)
        document["file_digest"] = .string(fileDigest(of: document))
        return JSON.object(document).text + "\n"
    }

    package init(parsing text: String) throws(ReconcileError) {
        func unreadable(_ why: String) -> ReconcileError {
            ReconcileError(code: .unreadablePlan, message: "this is no saved plan: \(why); make one with `reconcile plan PATH --out FILE`")
        }
        guard let json = try? JSON(parsing: text), let document = json.object else { throw unreadable("it is not JSON") }
        guard let own = document["reconcile"], own["format"]?.integer == 1 else {
            throw unreadable("it has no member `reconcile` of format 1")
        }
        guard document["file_digest"]?.string == Self.fileDigest(of: document) else {
            throw ReconcileError(
                code: .unreadablePlan, message: "the saved plan was altered since it was written: its digest does not fit; plan again")
        }
        guard let lineage = document["base"]?["lineage"]?.string, let serial = document["base"]?["serial"]?.integer,
            let domains = own["domains"]?.array, let addresses = own["addresses"]?.array, let reads = own["reads"]?.array,
            let secrets = own["secrets"]?.array, let steps = own["steps"]?.array
        else { throw unreadable("members are missing") }
        var readSet = ReadSet(domains: [], addresses: [], records: [])
        for domain in domains {
            guard let workspace = domain["workspace"]?.string, let owner = domain["owner"]?.string else {
                throw unreadable("a domain is damaged")
            }
            readSet.domains.insert(Manifest.Domain(workspace: workspace, owner: owner))
        }
        for address in addresses {
            guard let address = Address(json: address) else { throw unreadable("an address is damaged") }
            readSet.addresses.insert(address)
        }
        self.reads = [:]
        for read in reads {
            guard let address = read["address"].flatMap(Address.init(json:)), let digest = read["digest"]?.string else {
                throw unreadable("a digest is damaged")
            }
            self.reads[address] = digest
        }
        var fingerprints: [Address: [String: String]] = [:]
        for entry in secrets {
            guard let address = entry["address"].flatMap(Address.init(json:)), let fields = entry["fields"]?.object else {
                throw unreadable("a fingerprint is damaged")
            }
            for member in fields.members { fingerprints[address, default: [:]][member.key] = member.value.string }
        }
        var changes: [Change] = []
        for step in steps {
            guard let change = Change(stepJSON: step) else { throw unreadable("a step is damaged") }
            changes.append(change)
        }
        plan = Plan(
            base: Observed.Base(lineage: lineage, serial: serial), changes: changes, drift: [], refusals: [], reads: readSet,
            fingerprints: fingerprints, existing: min(max(own["existing"]?.integer ?? 0, 0), 1_000_000_000),
            spansWorkspaces: readSet.domains.workspaces.count > 1, isComplete: document["complete"]?.bool ?? true)
        plan.reviewedDigest = document["digest"]?.string
    }

    /// The references of every secret that the plan was made with, for resolving them anew.
    ///
    /// Unchanged resources without secrets are not among them.
    package var resources: [Resource] { plan.changes.compactMap(\.desired) }

    /// Throws where a value is not the one that was planned.
    ///
    /// - Parameter fingerprint: the keyring's, under the key of the run that made the plan.
    package func check(_ secrets: [Address: [String: Secret]], fingerprint: (Secret) -> String) throws(ReconcileError) {
        var changed: [String] = []
        for (address, fields) in secrets {
            for (field, value) in fields where plan.fingerprints[address]?[field] != fingerprint(value) {
                changed.append("\(address.local) \(field)")
            }
        }
        guard changed.isEmpty else {
            throw ReconcileError(
                code: .stale,
                message:
                    "the plan is stale, nothing was applied: these secrets have other values than when it was made: \(changed.sorted().joined(separator: ", ")); plan again"
            )
        }
    }

    private static func fileDigest(of document: JSONObject) -> String {
        var covered = document
        covered["timestamp"] = nil
        covered["file_digest"] = nil
        return Plan.digest(of: .object(covered))
    }
}

extension Address {
    fileprivate var json: JSON { .strings([workspace, kind.rawValue, name]) }

    fileprivate init?(json: JSON) {
        guard let parts = json.strings, parts.count == 3, let kind = ResourceKind(rawValue: parts[1]) else { return nil }
        self.init(workspace: parts[0], kind: kind, name: parts[2])
    }
}

extension Change {
    /// Unchanged resources are left out but for those with secrets, whose values apply compares once more.
    fileprivate var isKept: Bool {
        isVisible || refreshesRecord || desired.map { !$0.spec.secrets.isEmpty } ?? false
    }

    /// What apply needs of the change; the record is read again from the state.
    fileprivate var stepJSON: JSON {
        var object = JSONObject([("address", address.json), ("action", .string(action.rawValue))])
        object["previous"] = previousAddress?.json
        object["reason"] = reason.map { .string($0.rawValue) }
        object["before"] = before
        object["after"] = after
        if !changedSecrets.isEmpty { object["changedSecrets"] = .strings(changedSecrets) }
        if !secretFields.isEmpty { object["secretFields"] = .strings(secretFields) }
        object["refreshesRecord"] = .bool(refreshesRecord)
        if desired == nil { object["source"] = source.map { ["file": .string($0.file), "line": .integer($0.line)] } }
        object["desired"] = desired.map { desired in
            [
                "owner": .string(desired.owner), "preventDestroy": .bool(desired.preventDestroy), "spec": desired.spec.json,
                "file": .string(desired.source.file), "line": .integer(desired.source.line),
                "column": .integer(desired.source.column),
            ]
        }
        return .object(object)
    }

    fileprivate init?(stepJSON json: JSON) {
        guard let address = json["address"].flatMap(Address.init(json:)),
            let action = json["action"]?.string.flatMap(Action.init(rawValue:))
        else { return nil }
        var desired: Resource?
        if let value = json["desired"] {
            guard let owner = value["owner"]?.string, let preventDestroy = value["preventDestroy"]?.bool,
                let spec = value["spec"].flatMap({ ResourceSpec(kind: address.kind, json: $0) }), let file = value["file"]?.string,
                let line = value["line"]?.integer, let column = value["column"]?.integer
            else { return nil }
            desired = Resource(
                address: address, owner: owner, source: SourceLocation(file: file, line: line, column: column),
                preventDestroy: preventDestroy, spec: spec)
        }
        self.init(
            address: address, previousAddress: json["previous"].flatMap(Address.init(json:)), action: action,
            reason: json["reason"]?.string.flatMap(Reason.init(rawValue:)), before: json["before"], after: json["after"],
            changedSecrets: json["changedSecrets"]?.strings ?? [], secretFields: json["secretFields"]?.strings ?? [],
            desired: desired, observed: nil, refreshesRecord: json["refreshesRecord"]?.bool ?? false)
        if let file = json["source"]?["file"]?.string, let line = json["source"]?["line"]?.integer {
            deletedSource = SourceLocation(file: file, line: line, column: 1)
        }
    }
}
