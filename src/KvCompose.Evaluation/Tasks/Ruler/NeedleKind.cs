namespace KvCompose.Evaluation;

/// <summary>What a key or a value of RULER's needles is.</summary>
public enum NeedleKind
{
    /// <summary>Seven digits.</summary>
    Number,

    /// <summary>An adjective and a noun.</summary>
    Words,

    /// <summary>A UUID.</summary>
    Uuid,
}
