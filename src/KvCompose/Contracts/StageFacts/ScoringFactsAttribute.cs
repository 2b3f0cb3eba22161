namespace KvCompose;

/// <summary>Facts of stages that choose tokens by scores.</summary>
public abstract class ScoringFactsAttribute : StageFactsAttribute
{
    private protected ScoringFactsAttribute()
    {
    }

    /// <summary>What happens to the positions of kept tokens.</summary>
    public PositionPolicy Positions { get; set; }

    /// <summary>How scores are smoothed along the tokens, unless an option decides.</summary>
    public PoolingKind Pooling { get; set; }

    /// <summary>Odd width of the smoothing, unless an option decides.</summary>
    public int PoolingKernel { get; set; } = 1;

    /// <summary>How the scores of a group's query heads become one, unless an option decides.</summary>
    public GroupReduction Reduction { get; set; }
}
