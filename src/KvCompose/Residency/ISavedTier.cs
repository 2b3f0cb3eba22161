using KvCompose.Files;

namespace KvCompose.Residency;

/// <summary>
/// A tier whose part of a sequence is saved with it: another session of the same pipeline goes on as this one would. Both members are called between steps, by
/// the thread that drives the session.
/// </summary>
public interface ISavedTier : IRetrievalTier
{
    /// <summary>Writes sections with all that later steps depend on; changes nothing. What is under way is written as asked for.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="writer">Receives the sections.</param>
    /// <param name="cancellation">Ends the saving.</param>
    void Save(int sequence, SectionWriter writer, CancellationToken cancellation);

    /// <summary>
    /// Reads the sections that <see cref="Save"/> has written, for a sequence that was cleared and whose resident pages and tables are in place. When it throws,
    /// <see cref="IRetrievalTier.Clear"/> follows.
    /// </summary>
    /// <param name="sequence">The sequence, which need not be the one that was saved.</param>
    /// <param name="reader">Has the sections.</param>
    /// <param name="cancellation">Ends the resuming.</param>
    void Resume(int sequence, SectionReader reader, CancellationToken cancellation);
}
