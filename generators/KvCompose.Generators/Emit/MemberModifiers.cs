using KvCompose.Generators.Planning;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Emit;

/// <summary>How the generated members of a pipeline may be seen, and whether they hide what a base class has.</summary>
internal static class MemberModifiers
{
    /// <summary>The modifiers of the options, the session and the way into it.</summary>
    public static string Of(PipelinePlan plan, string member)
        => Access(plan) + " " + New(plan, member);

    /// <summary>Options cannot show a stage that others may not name, nor can a session or an opening show such options.</summary>
    public static string Access(PipelinePlan plan)
        => IsInside(plan.Spec.Stages.Where(static stage => stage.HasRunTimeOptions)) ? "private" : "public";

    /// <summary>The modifiers of the kernels, which take the options of the selection.</summary>
    public static string OfKernels(PipelinePlan plan)
        => plan.Prefill.Selects && IsInside([plan.Prefill.Selection]) ? "private" : "internal";

    /// <summary>The modifier of the option that holds a stage.</summary>
    public static string OfStage(StageSpec stage) => stage.Reach == StageReach.Assembly ? "internal" : "public";

    /// <summary>The modifier of a member that a base class has too; one part of a partial class carries it.</summary>
    public static string New(PipelinePlan plan, string member) => plan.Spec.Inherited.Contains(member) ? "new " : "";

    private static bool IsInside(IEnumerable<StageSpec> stages) => stages.Any(static stage => stage.Reach == StageReach.Inside);
}
