namespace KvCompose;

/// <summary>Names in a profile file. The first name of a class is the current one, the second that of older files.</summary>
internal static class HeadProfileFields
{
    public const string Meta = "meta";
    public const string TypeMap = "type_map";
    public const string Counts = "counts";
    public const string Classes = "classification_matrix";
    public const string Weights = "allocation_matrix";
    public const string Stars = "leader_member_relations";

    public static readonly (HeadClass Class, string Name, string OldName)[] ClassNames =
    [
        (HeadClass.Anchor, "anchor", "Stable_Unique"),
        (HeadClass.Volatile, "volatile", "Decaying_Unique"),
        (HeadClass.Pivot, "pivot", "Similar_Leader"),
        (HeadClass.Satellite, "satellite", "Similar_Member"),
    ];

    /// <summary>Weight that stands for "the whole prompt".</summary>
    public const double FullWeight = -1;
}
