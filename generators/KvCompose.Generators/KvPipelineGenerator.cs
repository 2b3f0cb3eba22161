using KvCompose.Generators.Emit;
using KvCompose.Generators.Emit.Kernels;
using KvCompose.Generators.Planning;
using KvCompose.Shared;
using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Parsing;
using KvCompose.Shared.Specs;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvCompose.Generators;

/// <summary>Writes the code of every class with [KvPipeline]: its plan, its session, its loops and its kernels.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class KvPipelineGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<PipelinePlan> plans = context.SyntaxProvider
            .ForAttributeWithMetadataName(WellKnownNames.PipelineAttribute, static (node, _) => node is ClassDeclarationSyntax, Parse)
            .Where(static spec => spec is not null)
            .WithTrackingName(TrackingNames.Parse)
            .Combine(context.AdditionalTextsProvider.Collect())
            .Select(static (both, cancellation)
                => PipelineCompletion.Complete(both.Left!, both.Right, StageSites.None, NullDiagnosticSink.Instance, cancellation))
            .Where(static spec => spec is not null)
            .WithTrackingName(TrackingNames.Complete)
            .Select(static (spec, _) => Planner.Plan(spec!))
            .WithTrackingName(TrackingNames.Plan);

        IncrementalValueProvider<KernelTarget> target = context.CompilationProvider
            .Select(static (compilation, _) => KernelTargets.Of(compilation))
            .WithTrackingName(TrackingNames.Target);

        context.RegisterSourceOutput(plans, static (output, plan) =>
        {
            Add(output, plan, "Plan", PlanEmitter.Emit(plan));
            Add(output, plan, "Session", SessionEmitter.Emit(plan));
            Add(output, plan, "Decode", DecodeEmitter.Emit(plan));
            if (plan.Prefill.Selects)
            {
                Add(output, plan, "Selection", SelectionEmitter.Emit(plan));
            }
        });

        context.RegisterSourceOutput(
            plans.Combine(target).Where(static both => both.Right != KernelTarget.None && both.Left.Kernels is not null),
            static (output, both) => AddKernels(output, both.Left, both.Left.Kernels!, both.Right));
    }

    private static PipelineSpec? Parse(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
        => context.TargetSymbol is INamedTypeSymbol type
            ? PipelineParser.Parse(type, context.Attributes[0], context.SemanticModel.Compilation, NullDiagnosticSink.Instance, cancellation)?.Spec
            : null;

    private static void AddKernels(SourceProductionContext output, PipelinePlan plan, KernelPlan kernels, KernelTarget target)
    {
        Add(output, plan, "Kernels", KernelEmitter.Emit(plan, kernels));
        if (target == KernelTarget.Simulator)
        {
            Add(output, plan, "Kernels.Simulated", KernelEmitter.EmitTwins(plan, kernels));
        }
    }

    private static void Add(SourceProductionContext output, PipelinePlan plan, string concern, SourceWriter source)
        => output.AddSource(plan.Spec.Hierarchy.HintName(concern), source.ToSourceText());
}
