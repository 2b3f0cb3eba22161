using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit;

/// <summary>Writes what a session has to know of its pipeline when tokens are appended in one pass, dropped or shared.</summary>
internal static partial class SessionEmitter
{
    private static void WriteChunkMembers(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine($"""
            /// <inheritdoc/>
            {EmittedFile.GeneratedCode}
            protected override void ReadTokens(PageTable* table, float* tiles, float* values) => StoredTokens.Read<{plan.Pages.Storage}>(Pool, table, tiles, values);
            """);
        if (plan.Pages.Layout.StateWords > 0)
        {
            int collected = plan.Observation.Collects ? plan.Pages.KeepsOrder ? 1 : 0 : -1;
            writer.WriteLine();
            writer.WriteLine($"""
                /// <inheritdoc/>
                protected override PageState State => new PageState({CSharpLiteral.Of(plan.Pages.KeepsOrder ? 0 : -1)}, {CSharpLiteral.Of(collected)}, GroupReduction.{plan.Prefill.Reduction.ToString()});
                """);
        }

        if (plan.Decode.Evicts || plan.Residency.Retrieves)
        {
            writer.WriteLine();
            writer.WriteLine("/// <inheritdoc/>");
            writer.WriteLine("protected override bool RewritesPages => true;");
        }

        if (plan.Prefill is { Selects: false, Propagates: false, Restart: null })
        {
            writer.WriteLine();
            writer.WriteLine("/// <inheritdoc/>");
            writer.WriteLine("protected override bool KeepsPrompts => true;");
        }
    }
}
