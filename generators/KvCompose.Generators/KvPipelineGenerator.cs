using System.Collections.Immutable;
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
        IncrementalValuesProvider<PlannedDeclaration> declarations = context.SyntaxProvider
            .ForAttributeWithMetadataName(WellKnownNames.PipelineAttribute, static (node, _) => node is ClassDeclarationSyntax, Parse)
            .Where(static parsed => parsed is not null)
            .WithTrackingName(TrackingNames.Parse)
            .Combine(context.AdditionalTextsProvider.Collect())
            .Select(static (both, cancellation) => Complete(both.Left!, both.Right, cancellation))
            .WithTrackingName(TrackingNames.Complete)
            .Select(static (parsed, _) => new PlannedDeclaration(parsed.Spec is { } spec ? Planner.Plan(spec) : null, parsed.Stub))
            .WithTrackingName(TrackingNames.Plan);

        IncrementalValueProvider<KernelTarget> target = context.CompilationProvider
            .Select(static (compilation, _) => KernelTargets.HasDevice(compilation))
            .Combine(context.AnalyzerConfigOptionsProvider.Select(static (options, _) => KernelTargets.AsksForSimulator(options.GlobalOptions)))
            .Select(static (both, _) => KernelTargets.Of(both.Left, both.Right))
            .WithTrackingName(TrackingNames.Target);

        context.RegisterSourceOutput(declarations, static (output, declaration) =>
        {
            if (declaration.Stub is { } stub)
            {
                output.AddSource(stub.Hierarchy.HintName(StubEmitter.Concern), StubEmitter.Emit(stub).ToSourceText());
            }

            if (declaration.Plan is not { } plan)
            {
                return;
            }

            Add(output, plan, "Plan", PlanEmitter.Emit(plan));
            Add(output, plan, "Session", SessionEmitter.Emit(plan));
            Add(output, plan, "Decode", DecodeEmitter.Emit(plan));
            if (plan.Prefill.Selects)
            {
                Add(output, plan, "Selection", SelectionEmitter.Emit(plan));
            }
        });

        context.RegisterSourceOutput(
            declarations.Combine(target).Where(static both => both.Right != KernelTarget.None && KernelEmitter.HasKernels(both.Left.Plan)),
            static (output, both) => AddKernels(output, both.Left.Plan!, both.Right));
    }

    private static ParsedDeclaration? Parse(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        if (context.TargetSymbol is not INamedTypeSymbol type)
        {
            return null;
        }

        AttributeData attribute = context.Attributes[0];
        if (PipelineParser.Parse(type, attribute, context.SemanticModel.Compilation, NullDiagnosticSink.Instance, cancellation) is { } parsed)
        {
            return new ParsedDeclaration(parsed.Spec, null);
        }

        return StubParser.Parse(type, attribute, cancellation) is { } stub ? new ParsedDeclaration(null, stub) : null;
    }

    /// <summary>A pipeline whose files are in error has signatures alone.</summary>
    private static ParsedDeclaration Complete(ParsedDeclaration parsed, ImmutableArray<AdditionalText> files, CancellationToken cancellation)
    {
        if (parsed.Spec is not { } spec)
        {
            return parsed;
        }

        return PipelineCompletion.Complete(spec, files, StageSites.None, NullDiagnosticSink.Instance, cancellation) is { } complete
            ? new ParsedDeclaration(complete, null)
            : new ParsedDeclaration(null, StubSpec.Of(spec));
    }

    private static void AddKernels(SourceProductionContext output, PipelinePlan plan, KernelTarget target)
    {
        Add(output, plan, "Kernels", KernelEmitter.Emit(plan));
        if (target == KernelTarget.IlgpuAndSimulator)
        {
            Add(output, plan, "Kernels.Simulated", KernelEmitter.EmitSimulated(plan));
        }
    }

    private static void Add(SourceProductionContext output, PipelinePlan plan, string concern, SourceWriter source)
        => output.AddSource(plan.Spec.Hierarchy.HintName(concern), source.ToSourceText());
}
