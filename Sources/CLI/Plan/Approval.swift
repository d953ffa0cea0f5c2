/// A person's yes.
struct Approval {
    let world: World
    /// `--auto-approve`.
    let isGiven: Bool

    /// Returns when it was given; without a terminal to ask on it ends with 1.
    func ask(_ question: String) throws(CommandError) {
        if isGiven { return }
        guard world.isInputTerminal else {
            throw CommandError(.failure, "nothing was applied: there is no terminal to ask on; pass --auto-approve to go on without asking")
        }
        world.errors.write("\(question) Only `yes` will be accepted: ")
        guard world.readLine() == "yes" else { throw CommandError(.failure, "nothing was applied: it was not approved") }
    }
}
