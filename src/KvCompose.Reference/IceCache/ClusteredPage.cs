namespace KvCompose.Reference.IceCache;

/// <summary>A page of the improved index.</summary>
public sealed class ClusteredPage
{
    private readonly List<int> _tokens;
    private double[]? _mean;
    private MeanDigest? _digest;
    private MemberDigest? _members;

    internal ClusteredPage(List<int> tokens, int cell)
    {
        _tokens = tokens;
        Cell = cell;
    }

    /// <summary>Tokens in the order of their slots.</summary>
    public IReadOnlyList<int> Tokens => _tokens;

    /// <summary>The cell it belongs to.</summary>
    public int Cell { get; }

    /// <summary>Counts the changes of its tokens: a transfer carries the version that it copied.</summary>
    public int Version { get; private set; }

    /// <summary>Mean lifted key, [headDim + 1].</summary>
    internal double[] Mean(AugmentedKeys keys) => _mean ??= keys.Mean(_tokens);

    /// <summary>Mean and spread of the keys, without the lift.</summary>
    internal MeanDigest Digest(AugmentedKeys keys) => _digest ??= new MeanDigest(keys.Gather(_tokens), keys.HeadDim);

    /// <summary>The keys themselves, to be ranked by their softmax weight.</summary>
    internal MemberDigest Members(AugmentedKeys keys) => _members ??= new MemberDigest(keys.Gather(_tokens), keys.HeadDim, weight: true);

    internal void Add(int token)
    {
        _tokens.Add(token);
        Changed();
    }

    private void Changed()
    {
        Version++;
        _mean = null;
        _digest = null;
        _members = null;
    }
}
