namespace KvCompose.Evaluation;

/// <summary>What may happen to results that a folder already holds.</summary>
public enum FolderUse
{
    /// <summary>Nothing: a folder that holds any is refused.</summary>
    New,

    /// <summary>Cells that are done are not done again.</summary>
    Resume,

    /// <summary>They are deleted.</summary>
    Overwrite,
}
