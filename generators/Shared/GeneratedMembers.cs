namespace KvCompose.Shared;

/// <summary>Names that the generator declares in the user's class; the user's own members must not take them.</summary>
internal static class GeneratedMembers
{
    public const string Plan = "Plan";
    public const string Options = "Options";
    public const string Session = "Session";
    public const string Open = "Open";
    public const string Kernels = "Kernels";
    public const string DecodeLoops = "DecodeLoops";
    public const string PrefillLoops = "PrefillLoops";
    public const string PageOps = "PageOps";

    public static readonly string[] All = [Plan, Options, Session, Open, Kernels, DecodeLoops, PrefillLoops, PageOps];
}
