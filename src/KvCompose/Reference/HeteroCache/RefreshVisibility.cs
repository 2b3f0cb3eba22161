namespace KvCompose.Reference.HeteroCache;

/// <summary>When the tokens that a drift brought back take part in attention. Spec §1.5.</summary>
public enum RefreshVisibility
{
    /// <summary>Attention first, then the monitor: from the next token on.</summary>
    NextToken,

    /// <summary>The monitor first, then attention: at once.</summary>
    SameToken,
}
