extension StoreError {
    /// For whatever went wrong while a state was opened; what says already what is wrong stays as it is.
    static func opening(_ error: any Error, state: String) -> StoreError {
        error as? StoreError ?? StoreError(code: .inaccessible, message: "the state \(state) cannot be opened: \(error)")
    }
}
