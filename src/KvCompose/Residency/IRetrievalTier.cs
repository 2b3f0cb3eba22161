namespace KvCompose.Residency;

/// <summary>
/// What holds the tokens that are not resident, for one session. Members are called by the thread that drives the session; a tier may work on threads
/// of its own in between, but changes page tables and resident pages inside of these calls only.
/// </summary>
public interface IRetrievalTier : IDisposable
{
    /// <summary>What the tier holds and has moved.</summary>
    TierUsage Usage { get; }

    /// <summary>
    /// Called once for every key-value head that the stage serves (<see cref="ResidencyFactsAttribute.Serves"/>) of every layer of a prompt, when the head's
    /// tokens are stored, whether or not any were left out. The sequence was cleared before its first layer.
    /// </summary>
    void Place(in PlacementContext context);

    /// <summary>Called when the last layer of a prompt is stored: budgets are final.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="promptTokens">Tokens of the prompt, n.</param>
    /// <param name="cancellation">Ends the prompt.</param>
    void OnPrefillCompleted(int sequence, int promptTokens, CancellationToken cancellation);

    /// <summary>
    /// Called before the tokens of a decode step are appended, in sessions with several tiers and a limit: requires the room of the most pages that the
    /// step can bring in, so that <see cref="FetchBeforeAttention"/> does not reach the limit when other tiers have seen a part of the step.
    /// </summary>
    /// <param name="sequences">Sequences of the step.</param>
    /// <exception cref="CacheLimitException">There is no such room; nothing is appended.</exception>
    void RequireRoom(ReadOnlySpan<int> sequences)
    {
    }

    /// <summary>
    /// Called once a layer of a decode step, when the step's tokens are appended and before attention: may change what is resident. Where it ends the step
    /// with a <see cref="CacheLimitException"/>, the step's tokens are taken back, and the next step begins at the first layer again.
    /// </summary>
    void FetchBeforeAttention(in DecodeStep step);

    /// <summary>
    /// Called once a layer when tokens are appended in one pass, before their attention: may change what is resident, as in a step of the last of them.
    /// None of them is in the tables yet, and a decode step of one token more follows. Does nothing unless a tier says otherwise.
    /// </summary>
    /// <param name="step">One sequence, and the last row's queries and position; <see cref="DecodeStep.Items"/> is empty.</param>
    void FetchBeforeChunk(in DecodeStep step)
    {
    }

    /// <summary>Called once a layer of a decode step, after attention: watched heads have left their weights.</summary>
    void OnAttention(in DecodeStep step);

    /// <summary>Forgets a sequence; its pages have not been returned yet. Called for sequences that hold nothing, too.</summary>
    void Clear(int sequence);
}
