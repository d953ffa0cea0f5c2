import Spec
import Store
import Testing
import Values

@testable import Reconciler

/// Saved plans are files that others can write: whatever is in them, reading and applying one ends with an answer.
struct SavedPlanTests {
    /// The plan's file with another value in it, and a digest that fits.
    private func altered(_ plan: Plan, _ alter: (inout JSON) -> Void) throws -> SavedPlan {
        var document = try #require(try JSON(parsing: SavedPlan.text(of: plan, timestamp: World.now)).object)
        var own = try #require(document["reconcile"])
        alter(&own)
        document["reconcile"] = own
        var covered = document
        covered["timestamp"] = nil
        covered["file_digest"] = nil
        document["file_digest"] = .string(Plan.digest(of: .object(covered)))
        return try SavedPlan(parsing: JSON.object(document).text)
    }

    @Test(arguments: [9e18, -9e18]) func `a count that no state has trips no arithmetic`(count: Double) async throws {
        let world = try World()
        let plan = try await world.plan(manifest([scope("a")]))
        let saved = try altered(plan) { $0 = $0.setting("existing", to: .number(count)) }
        #expect(saved.plan.guarded(maximumDeletePercent: 30).refusals.isEmpty)
    }

    @Test func `a secret that only a state could have is an error with its place, and nothing is applied`() async throws {
        let world = try World()
        let plan = try await world.plan(manifest([webhook("w")]))
        let saved = try altered(plan) { own in
            let steps = (own["steps"]?.array ?? []).map {
                $0.setting("desired.spec.headers.Authorization", to: SecretSource.stored.json)
            }
            own = own.setting("steps", to: .array(steps))
        }
        let error = await #expect(throws: ReconcileError.self) {
            try await world.apply(saved.plan, expectedReads: saved.reads)
        }
        #expect(error?.code == .missingSecret)
        #expect(error?.message.contains("acme/webhook.w headers.Authorization") == true)
        #expect(try await world.records().isEmpty)
    }
}
