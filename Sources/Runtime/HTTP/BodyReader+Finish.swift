import Spec

extension BodyReader {
    /// Ends the reading: throws 422 if anything was wrong, and what a look into the state threw.
    func finish() throws {
        if let failure { throw failure }
        guard problems.isEmpty else {
            throw APIError.invalid(problems.map { APIError.Detail(field: $0.field, message: $0.message) }, more: moreProblems)
        }
    }
}
