using System.Globalization;
using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvCompose.Shared.Parsing;

/// <summary>
/// Turns a class with [KvPipeline] into a spec. The generator reads the result, the analyzer the findings: both run this.
/// </summary>
internal static class PipelineParser
{
    /// <summary>The oldest language that the emitted code is written in (static abstract members, 11).</summary>
    public const LanguageVersion MinimumLanguage = LanguageVersion.CSharp11;

    /// <summary>Properties of [KvPipeline] each of which states the shape, or where it is read.</summary>
    private static readonly string[] ShapeNames = ["HeadDim", "GroupSize", WellKnownNames.Model];

    /// <summary>The pipeline, or null when the declaration is in error, which the sink is told.</summary>
    public static ParsedPipeline? Parse(
        INamedTypeSymbol type, AttributeData attribute, Compilation compilation, IDiagnosticSink sink, CancellationToken cancellation)
    {
        bool valid = CanBeExtended(type, attribute, sink, cancellation) & CheckUnsafe(type, compilation, sink);
        var shape = new ShapeOptions(attribute, sink);
        bool open = IsOpen(attribute);
        int headDim = shape.MultipleOf(8, "HeadDim", open ? PipelineSpec.MostHeadDim : 64, PipelineSpec.MostHeadDim);
        int groupSize = shape.Between("GroupSize", open ? PipelineSpec.MostGroupSize : 1, 1, PipelineSpec.MostGroupSize);
        int pageTokens = shape.MultipleOf(16, "PageTokens", 32, 256);
        bool sharesPrefixes = shape.Flag("SharesPrefixes");
        valid &= shape.Valid;

        cancellation.ThrowIfCancellationRequested();
        AttributeData? limit = type.GetAttributes().FirstOrDefault(IsLimit);
        var sites = new StageSites { Pipeline = attribute, Limit = limit };
        List<(StageSpec? Stage, StageSlot Slot, AttributeData Declaration)> declared = ReadStages(type, sites, sink);
        valid &= declared.All(static entry => entry.Stage is not null) & CheckSlots(type, declared, sink);
        if (declared.All(static entry => entry.Stage is not null))
        {
            // A surplus stage is one error; what it would do to the others is not worth another.
            StageSpec[] first =
            [
                .. declared.GroupBy(static entry => entry.Slot)
                    .SelectMany(static slot => slot.Take(MayRepeat(slot) ? int.MaxValue : 1))
                    .Select(static entry => entry.Stage!),
            ];
            valid &= CompositionRules.Check(type.Name, DiagnosticSite.Of(type), first, sites, sink)
                & LayoutRules.Check(type.Name, attribute, pageTokens, first, sites, sink);
            valid &= !sharesPrefixes || PrefixRules.Check(type.Name, first, sites, sink);
        }

        if (KernelShapes.Read(type, open, [.. declared.Select(static entry => entry.Stage)], sink) is not { } kernelShapes || !valid)
        {
            return null;
        }

        return new ParsedPipeline(
            new PipelineSpec(
                HierarchySpec.From(type), Identifier.Escape(type.Name), PipelineSpec.Padded(headDim), groupSize, pageTokens,
                declared.Select(static entry => entry.Stage!).OrderBy(static stage => stage.Slot).ToEquatableArray(),
                InheritedMembers(type), HiddenNames.Of(type, compilation))
            {
                Open = open,
                ModelHeadDim = headDim,
                KernelShapes = kernelShapes,
                SharesPrefixes = sharesPrefixes,
                ModelFile = Constants.Named(attribute, WellKnownNames.Model) is { } model ? Constants.Of(model) as string ?? "" : "",
                StatesHeadDim = Constants.Named(attribute, "HeadDim") is not null,
                StatesGroupSize = Constants.Named(attribute, "GroupSize") is not null,
                Limit = limit is null ? null : LimitOf(limit),
            },
            sites);
    }

    /// <summary>Whether emitted files can add members to the class, which the sink is told otherwise.</summary>
    public static bool CanBeExtended(INamedTypeSymbol type, AttributeData attribute, IDiagnosticSink sink, CancellationToken cancellation)
        => IsWellFormed(type, attribute) & CheckLanguage(type, sink) & CheckShape(type, sink, cancellation) & CheckMembers(type, sink);

    /// <summary>Whether a declaration neither states the shape nor names a model that has it.</summary>
    public static bool IsOpen(AttributeData attribute) => ShapeNames.All(name => Constants.Named(attribute, name) is null);

    /// <summary>The [KvPipeline] of a type, or null.</summary>
    public static AttributeData? FindPipeline(INamedTypeSymbol type) => type.GetAttributes().FirstOrDefault(IsPipeline);

    /// <summary>Whether a type carries stage attributes.</summary>
    public static bool HasStages(INamedTypeSymbol type)
        => type.GetAttributes().Any(static attribute => SlotAttributes.TryGet(attribute.AttributeClass, out _, out _));

    private static bool IsPipeline(AttributeData attribute)
        => attribute.AttributeClass is { Name: WellKnownNames.PipelineAttributeName } type && SlotAttributes.IsInLibrary(type);

    private static bool IsLimit(AttributeData attribute)
        => attribute.AttributeClass is { Name: WellKnownNames.MaxCacheBytesAttribute } type && SlotAttributes.IsInLibrary(type);

    /// <summary>Wrong arguments are the compiler's to report.</summary>
    private static CacheLimitSpec? LimitOf(AttributeData limit)
        => limit.ConstructorArguments.Length == 1 && Constants.Number(Constants.Of(limit.ConstructorArguments[0])) is { } bytes
            ? new CacheLimitSpec((long)bytes, Constants.Named(limit, "PromptTokens") is { } tokens && Constants.Of(tokens) is int longest ? longest : 0)
            : null;

    /// <summary>Wrong arguments and a second [KvPipeline] are the compiler's to report.</summary>
    private static bool IsWellFormed(INamedTypeSymbol type, AttributeData attribute)
        => attribute.AttributeConstructor is not null && type.GetAttributes().Count(IsPipeline) == 1;

    private static List<(StageSpec? Stage, StageSlot Slot, AttributeData Declaration)> ReadStages(
        INamedTypeSymbol type, StageSites sites, IDiagnosticSink sink)
    {
        var declared = new List<(StageSpec?, StageSlot, AttributeData)>();
        foreach (AttributeData declaration in type.GetAttributes())
        {
            if (SlotAttributes.TryGet(declaration.AttributeClass, out StageSlot slot, out ITypeSymbol? stage))
            {
                StageSpec? parsed = StageParser.Parse(slot, stage!, type, declaration, sink);
                if (IsFileLocal(stage as INamedTypeSymbol))
                {
                    parsed = null;
                    sink.Report(new Finding(
                        RuleIds.UnsupportedPipeline, DiagnosticSite.Of(declaration), type.Name, $"made of the file-local stage '{stage!.Name}'"));
                }

                int earlier = declared.Count(entry => entry.Item2 == slot);
                sites.Add(slot, earlier, declaration);
                declared.Add((parsed is null ? null : parsed with { Ordinal = earlier }, slot, declaration));
            }
        }

        return declared;
    }

    private static bool CheckSlots(
        INamedTypeSymbol type, List<(StageSpec? Stage, StageSlot Slot, AttributeData Declaration)> declared, IDiagnosticSink sink)
    {
        bool valid = true;
        foreach (IGrouping<StageSlot, (StageSpec? Stage, StageSlot Slot, AttributeData Declaration)> slot in declared.GroupBy(static entry => entry.Slot))
        {
            if (MayRepeat(slot))
            {
                continue;
            }

            if (ServedHeads.Overlap(Residencies(slot)) is { } overlap)
            {
                valid = false;
                sink.Report(new Finding(
                    RuleIds.HeadsServedTwice, DiagnosticSite.Of(slot.First(entry => entry.Stage == overlap.Later).Declaration),
                    overlap.Later.Type.Name, overlap.Earlier.Type.Name, ServedHeads.Words(overlap.Shared)));
                continue;
            }

            int count = slot.Count();
            string names = string.Join(", ", slot.Select(static entry => StageName(entry.Declaration)));
            foreach ((_, _, AttributeData surplus) in slot.Skip(1))
            {
                valid = false;
                sink.Report(new Finding(
                    RuleIds.SlotFilledTwice, DiagnosticSite.Of(surplus),
                    type.Name, count.ToString(CultureInfo.InvariantCulture), SlotNames.Of(slot.Key), names));
            }
        }

        return valid;
    }

    private static string StageName(AttributeData declaration)
        => SlotAttributes.TryGet(declaration.AttributeClass, out _, out ITypeSymbol? stage) ? stage!.Name : "";

    /// <summary>Whether the stages of a slot say that they may stand beside each other; what could not be read is no further error.</summary>
    private static bool MayRepeat(IEnumerable<(StageSpec? Stage, StageSlot Slot, AttributeData Declaration)> slot)
        => (slot.Any(static entry => entry.Stage is { Facts.Repeatable: true })
                && slot.All(static entry => entry.Stage is null or { Facts.Repeatable: true }))
            || (slot.All(static entry => entry.Slot == StageSlot.Residency) && ServedHeads.Overlap(Residencies(slot)) is null);

    private static IEnumerable<StageSpec> Residencies(IEnumerable<(StageSpec? Stage, StageSlot Slot, AttributeData Declaration)> slot)
        => slot.Where(static entry => entry.Slot == StageSlot.Residency).Select(static entry => entry.Stage).OfType<StageSpec>();

    private static bool CheckLanguage(INamedTypeSymbol type, IDiagnosticSink sink)
    {
        if (type.DeclaringSyntaxReferences.FirstOrDefault()?.SyntaxTree.Options is not CSharpParseOptions { LanguageVersion: var language }
            || language >= MinimumLanguage)
        {
            return true;
        }

        sink.Report(new Finding(
            RuleIds.LanguageTooOld, DiagnosticSite.Of(type), MinimumLanguage.ToDisplayString(), language.ToDisplayString()));
        return false;
    }

    private static bool CheckUnsafe(INamedTypeSymbol type, Compilation compilation, IDiagnosticSink sink)
    {
        if (compilation.Options is not CSharpCompilationOptions { AllowUnsafe: false })
        {
            return true;
        }

        sink.Report(new Finding(RuleIds.UnsafeNotAllowed, DiagnosticSite.Of(type)));
        return false;
    }

    private static bool CheckShape(INamedTypeSymbol type, IDiagnosticSink sink, CancellationToken cancellation)
    {
        bool valid = true;
        if (Unsupported(type) is { } reason)
        {
            valid = false;
            sink.Report(new Finding(RuleIds.UnsupportedPipeline, DiagnosticSite.Of(type), type.Name, reason));
        }

        if (!IsPartial(type, cancellation))
        {
            valid = false;
            sink.Report(new Finding(RuleIds.PipelineMustBePartial, DiagnosticSite.Of(type), type.Name));
        }

        for (INamedTypeSymbol? container = type.ContainingType; container is not null; container = container.ContainingType)
        {
            if (!IsPartial(container, cancellation))
            {
                valid = false;
                sink.Report(new Finding(RuleIds.ContainerMustBePartial, DiagnosticSite.Of(container), container.Name, type.Name));
            }
        }

        return valid;
    }

    private static string? Unsupported(INamedTypeSymbol type)
    {
        if (type.IsRecord)
        {
            return "a record";
        }

        if (type.IsAbstract && !type.IsStatic)
        {
            return "abstract";
        }

        if (IsFileLocal(type))
        {
            return type.IsFileLocal ? "file-local" : "inside a file-local type";
        }

        if (FileNames.FindTwin(type) is { } twin)
        {
            return $"told from '{twin.Name}' by case alone";
        }

        for (INamedTypeSymbol? current = type; current is not null; current = current.ContainingType)
        {
            if (current.IsGenericType && current.TypeParameters.Length > 0)
            {
                return SymbolEqualityComparer.Default.Equals(current, type) ? "generic" : "inside a generic type";
            }
        }

        return null;
    }

    /// <summary>Emitted files cannot name it.</summary>
    public static bool IsFileLocal(INamedTypeSymbol? type)
    {
        for (INamedTypeSymbol? current = type; current is not null; current = current.ContainingType)
        {
            if (current.IsFileLocal)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsPartial(INamedTypeSymbol type, CancellationToken cancellation)
        => type.DeclaringSyntaxReferences.Any(reference =>
            reference.GetSyntax(cancellation) is TypeDeclarationSyntax declaration && declaration.Modifiers.Any(SyntaxKind.PartialKeyword));

    private static bool CheckMembers(INamedTypeSymbol type, IDiagnosticSink sink)
    {
        bool valid = true;
        foreach (string name in GeneratedMembers.All)
        {
            // No member can have the name of its class.
            ISymbol? own = type.Name == name ? type : type.GetMembers(name).FirstOrDefault(static member => !IsGenerated(member));
            if (own is not null)
            {
                valid = false;
                sink.Report(new Finding(RuleIds.MemberCollides, DiagnosticSite.Of(own), type.Name, name));
            }
        }

        return valid;
    }

    /// <summary>Names of generated members that a base class has a member of.</summary>
    public static EquatableArray<string> InheritedMembers(INamedTypeSymbol type)
    {
        var inherited = new List<string>();
        foreach (string name in GeneratedMembers.All)
        {
            for (INamedTypeSymbol? current = type.BaseType; current is not null; current = current.BaseType)
            {
                if (!current.GetMembers(name).IsEmpty)
                {
                    inherited.Add(name);
                    break;
                }
            }
        }

        return inherited.ToEquatableArray();
    }

    /// <summary>The analyzer also sees what the generator has added.</summary>
    private static bool IsGenerated(ISymbol member)
        => member.DeclaringSyntaxReferences.All(static reference =>
            reference.SyntaxTree.FilePath.EndsWith(".g.cs", StringComparison.Ordinal));
}
