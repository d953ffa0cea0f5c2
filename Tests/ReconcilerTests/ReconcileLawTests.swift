import Reconciler
import Spec
import Store
import TestSupport
import Testing
import Values

/// Laws that hold for every state and every manifest, tried on random ones.
struct ReconcileLawTests {
    /// A random manifest over few names, so that runs meet each other's resources.
    private func randomManifest(owner: String, using random: inout SeededGenerator) -> (Manifest, [Address: [String: Secret]]) {
        var resources: [Resource] = []
        var secrets: [Address: [String: Secret]] = [:]
        for index in 0..<6 where Bool.random(using: &random) {
            resources.append(scope("\(owner)-s\(index)", ["One", "Two"].randomElement(using: &random) ?? "", owner: owner))
        }
        for index in 0..<5 where Bool.random(using: &random) {
            let declares = Bool.random(using: &random)
            let name = "\(owner)-w\(index)"
            resources.append(
                webhook(
                    name, url: "https://example.com/\(Int.random(in: 0...2, using: &random))",
                    events: [["POST_PUBLISHED"], ["POST_FAILED", "POST_PUBLISHED"], ["*"]].randomElement(using: &random) ?? [],
                    secret: declares ? .environment("S\(index)") : nil, owner: owner))
            if declares { secrets[at(.webhook, name)] = ["secret": Secret("whsec_\(Int.random(in: 0...2, using: &random))")] }
        }
        for index in 0..<3 where Bool.random(using: &random) {
            resources.append(
                resource(
                    "\(owner)-p\(index)",
                    .keyPolicy(KeyPolicySpec(scopes: ["x"], rateLimitPerHour: [nil, 10, 20].randomElement(using: &random) ?? nil)),
                    owner: owner))
        }
        return (manifest(resources.shuffled(using: &random), owner: owner), secrets)
    }

    @Test(arguments: 0..<12)
    func `plan after apply is empty, changes are minimal, other owners are untouched`(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let world = try World()
        let (theirs, theirSecrets) = randomManifest(owner: "them", using: &random)
        try await world.apply(theirs, secrets: theirSecrets)
        let theirRecords = try await world.records()
        var previous: [Address: JSON] = [:]
        for _ in 0..<6 {
            let (ours, secrets) = randomManifest(owner: "us", using: &random)
            let plan = try await world.plan(ours, secrets: secrets)
            // An oracle that knows nothing of plans: the specs that differ are among the changes, and every update has a field.
            let wanted = Dictionary(uniqueKeysWithValues: ours.resources.map { ($0.address, $0.spec.json) })
            for change in plan.changes {
                switch change.action {
                case .create: #expect(previous[change.address] == nil)
                case .delete: #expect(wanted[change.address] == nil)
                case .update: #expect(!change.fields.isEmpty)
                case .noOp: #expect(previous[change.address] == wanted[change.address])
                }
            }
            #expect(Set(wanted.keys).subtracting(previous.keys) == Set(plan.changes.filter { $0.action == .create }.map(\.address)))
            #expect(Set(previous.keys).subtracting(wanted.keys) == Set(plan.changes.filter { $0.action == .delete }.map(\.address)))
            try await world.apply(plan, secrets: secrets)
            #expect(try await world.plan(ours, secrets: secrets).isEmpty)
            previous = wanted
            let others = try await world.records().filter { $0.owner == "them" }
            #expect(others == theirRecords)
        }
    }

    @Test(arguments: 0..<6)
    func `disjoint owners commute`(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(100 + seed))
        let (a, aSecrets) = randomManifest(owner: "a", using: &random)
        let (b, bSecrets) = randomManifest(owner: "b", using: &random)
        let (first, second) = (try World(), try World())
        try await first.apply(a, secrets: aSecrets)
        try await first.apply(b, secrets: bSecrets)
        try await second.apply(b, secrets: bSecrets)
        try await second.apply(a, secrets: aSecrets)
        func specs(_ world: World) async throws -> [String] { try await world.records().map { "\($0.address) \($0.owner) \($0.specText)" } }
        #expect(try await specs(first) == specs(second))
    }
}
