using KvCompose.Generators.Planning;

namespace KvCompose.Generators.Emit;

/// <summary>
/// How emitted loops reach numbers of the plan. Those that depend on the model's shape are constants of the class <c>Plan</c> where the declaration states
/// the shape. In an open pipeline they are properties of the session's <c>Plan</c>, which every loop is handed under the name of its type: the text
/// <c>Plan.HeadDim</c> then means the property, while <c>Plan.PageTokens</c> still means the constant, and loops are written once for both forms.
/// </summary>
internal static class PlanText
{
    /// <summary>The first parameter of a loop; nothing where numbers are constants.</summary>
    public static string Parameter(PipelinePlan plan) => plan.Open ? "Plan Plan, " : "";

    /// <summary>The argument for it.</summary>
    public static string Argument(PipelinePlan plan) => plan.Open ? "Plan, " : "";

    /// <summary>The same as the only parameter of a method.</summary>
    public static string OnlyArgument(PipelinePlan plan) => plan.Open ? "Plan" : "";

    /// <summary>The field of work that is spread over threads, with the end of its line.</summary>
    public static string Field(PipelinePlan plan) => plan.Open ? "public Plan Plan;\n" : "";

    /// <summary>The initialiser of that field.</summary>
    public static string Given(PipelinePlan plan) => plan.Open ? "Plan = Plan, " : "";

    /// <summary>What a session asks of its model, which in an open pipeline may have heads that are not whole vectors.</summary>
    public static string Model(PipelinePlan plan) => plan.Open ? "" : "Transformer.";

    /// <summary>The shape of the heads in the cache.</summary>
    public static string Shape(PipelinePlan plan) => plan.Open ? "CacheShape" : "Shape";
}
