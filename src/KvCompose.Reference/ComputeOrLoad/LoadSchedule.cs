namespace KvCompose.Reference.ComputeOrLoad;

/// <summary>Who fills a chunk of a saved prefix.</summary>
public enum PrefixWorker
{
    /// <summary>Computes from the front.</summary>
    Compute,

    /// <summary>Loads from the back.</summary>
    Load,
}

/// <summary>One chunk of a schedule.</summary>
/// <param name="Worker">Who fills it.</param>
/// <param name="Chunk">0-based.</param>
/// <param name="From">Start time.</param>
/// <param name="To">End time.</param>
public sealed record ChunkClaim(PrefixWorker Worker, int Chunk, long From, long To);

/// <summary>Compute or load: two workers fill a prefix from both ends until they meet.</summary>
/// <remarks>
/// Whoever is free first claims its next chunk; at one instant compute claims first. No chunk is done twice. Source: Jin et al.,
/// "Compute Or Load KV Cache? Why Not Both?", arXiv 2410.03065.
/// </remarks>
public sealed class LoadSchedule
{
    /// <summary>Simulates a schedule.</summary>
    /// <param name="compute">Time of computing each chunk.</param>
    /// <param name="load">Time of loading each chunk.</param>
    /// <param name="computeStart">When computing may begin.</param>
    /// <param name="loadStart">When loading may begin.</param>
    public LoadSchedule(long[] compute, long[] load, long computeStart, long loadStart)
    {
        var claims = new List<ChunkClaim>();
        long computeFree = computeStart, loadFree = loadStart;
        int front = 0, back = compute.Length - 1;
        while (front <= back)
        {
            bool computes = computeFree <= loadFree;
            int chunk = computes ? front++ : back--;
            ref long free = ref computes ? ref computeFree : ref loadFree;
            long end = free + (computes ? compute : load)[chunk];
            claims.Add(new ChunkClaim(computes ? PrefixWorker.Compute : PrefixWorker.Load, chunk, free, end));
            free = end;
        }

        Claims = claims;
        Meeting = front;
    }

    /// <summary>In the order of claiming.</summary>
    public IReadOnlyList<ChunkClaim> Claims { get; }

    /// <summary>Chunks that are computed.</summary>
    public int Meeting { get; }

    /// <summary>When the last chunk is there; 0 for none.</summary>
    public long Makespan => Claims.Count == 0 ? 0 : Claims.Max(claim => claim.To);
}
