namespace KvCompose.Reference.IceCache;

/// <summary>What is kept of a page to rank it. How pages are formed and how they are ranked are separate choices.</summary>
public interface IPageDigest
{
    /// <summary>The page's score for one query head [headDim]; higher is better.</summary>
    double Score(ReadOnlySpan<float> query);
}
