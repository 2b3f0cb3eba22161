using KvCompose.Roslyn.Testing;

namespace KvCompose.Analyzers.Tests.Rules;

/// <summary>Declarations whose heads have roles from the additional file <c>p.json</c>.</summary>
internal static class RoleProfiles
{
    /// <summary>One layer: a pivot, an anchor and two satellites.</summary>
    public const string Star = """
        {
            "meta": { "counts": { "anchor": 1, "volatile": 0, "pivot": 1, "satellite": 2 } },
            "classification_matrix": [[3, 1, 4, 4]],
            "allocation_matrix": [[-1, 1, 1, 1]],
            "leader_member_relations": [{ "0": [2, 3] }]
        }
        """;

    /// <summary>One layer of anchors.</summary>
    public const string Anchors = """
        {
            "meta": { "counts": { "anchor": 2, "volatile": 0, "pivot": 0, "satellite": 0 } },
            "classification_matrix": [[1, 1]],
            "allocation_matrix": [[0.5, 1.5]],
            "leader_member_relations": [{}]
        }
        """;

    /// <summary>The messages that are found, at the places that are marked.</summary>
    public static async Task<string[]> MessagesAsync(string profile, string attributes)
    {
        var harness = Check.Analyzers with { Project = new TestProject { AdditionalFiles = [new AdditionalSource("p.json", profile)] } };
        var found = await harness.VerifyAsync("using KvCompose; [KvPipeline, " + attributes + "] partial class Chat;");
        return [.. found.Select(static diagnostic => diagnostic.GetMessage())];
    }
}
