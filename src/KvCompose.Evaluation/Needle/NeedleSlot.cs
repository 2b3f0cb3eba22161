namespace KvCompose.Evaluation;

/// <summary>What stands at one place of a template.</summary>
public enum NeedleSlot
{
    /// <summary>Always the same token.</summary>
    Fixed,

    /// <summary>An adjective: the first word of a key.</summary>
    Adjective,

    /// <summary>A noun: the second word of a key.</summary>
    Noun,

    /// <summary>Which of several values of a key it is: first, second, …</summary>
    Ordinal,

    /// <summary>A word that means nothing to the task.</summary>
    Filler,

    /// <summary>One number.</summary>
    Number,

    /// <summary>All numbers of a fact's value.</summary>
    Value,
}
