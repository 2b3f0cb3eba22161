namespace KvCompose;

/// <summary>Which tokens share a page.</summary>
public enum PageFormation
{
    /// <summary>Tokens that follow each other (Quest, ArkVale).</summary>
    Contiguous,

    /// <summary>Tokens whose keys are near each other (IceCache): cells around landmarks, cut along their main directions.</summary>
    Clustered,
}
