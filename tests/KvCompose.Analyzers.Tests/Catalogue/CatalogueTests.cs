using System.Reflection;
using KvCompose.CodeFixes.Editing;
using KvCompose.Shared.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Diagnostics;

namespace KvCompose.Analyzers.Tests.Catalogue;

/// <summary>Every rule has all its parts: id, descriptor, analyzer, release row, page, line in the index, tests, and perhaps a fix.</summary>
public class CatalogueTests
{
    private static readonly IReadOnlyList<DiagnosticDescriptor> Descriptors = [.. typeof(RuleDescriptors).GetFields()
        .Select(field => field.GetValue(null)).OfType<DiagnosticDescriptor>()];

    private static readonly string[] Ids = [.. typeof(RuleIds).GetFields().Select(field => (string)field.GetRawConstantValue()!).Order()];

    [Fact]
    public void Ids_AllRules_AreUniqueAndHaveADescriptorEach()
    {
        Assert.NotEmpty(Ids);
        Assert.Equal(Ids.Distinct(), Ids);
        Assert.Equal(Ids, Descriptors.Select(rule => rule.Id).Order());
    }

    [Fact]
    public void Analyzers_AllTogether_SupportEveryRuleOnce()
        => Assert.Equal(Ids, Instances<DiagnosticAnalyzer>(typeof(PipelineDeclarationAnalyzer).Assembly)
            .SelectMany(analyzer => analyzer.SupportedDiagnostics).Select(rule => rule.Id).Order());

    [Fact]
    public void ReleaseRows_AllFiles_AreTheDescriptors()
        => Assert.Equal(
            Descriptors.Select(rule => new ReleaseRow(rule.Id, rule.Category, rule.DefaultSeverity.ToString(), rule.Title.ToString()))
                .OrderBy(row => row.Id),
            ReleaseRow.All.OrderBy(row => row.Id));

    [Fact]
    public void Pages_AllFiles_AreOfTheRules() => Assert.Equal(Ids, RulePage.All.Keys.Order());

    [Fact]
    public void Pages_EachRule_SayWhatTheDescriptorSays()
    {
        var fixable = FixableIds();
        foreach (var rule in Descriptors)
        {
            var page = RulePage.All[rule.Id];
            var severity = rule.DefaultSeverity.ToString().ToLowerInvariant();
            Assert.StartsWith($"# {rule.Id}: {rule.Title}\n", page.Text);
            Assert.Contains(
                $"| {rule.Category} | {severity} | {(fixable.Contains(rule.Id) ? "yes" : "no")} | {rule.MessageFormat} |\n", page.Text);
            Assert.Equal(["Cause", "Why", "Bad", "Good", "Fix"], page.Headings);
            Assert.Contains(
                $"| [{rule.Id}]({rule.Id}.md) | {severity} | {(fixable.Contains(rule.Id) ? "yes" : "")} | {rule.Title} |\n", RulePage.Index);
        }
    }

    [Fact]
    public void Descriptors_EachRule_LinksItsPageAndCannotBeMutedIfNothingIsGenerated()
    {
        foreach (var rule in Descriptors)
        {
            Assert.EndsWith($"/analyzers/docs/{rule.Id}.md", rule.HelpLinkUri);
            Assert.True(rule.IsEnabledByDefault);
            Assert.Equal(
                rule.DefaultSeverity == DiagnosticSeverity.Error, rule.CustomTags.Contains(WellKnownDiagnosticTags.NotConfigurable));
        }
    }

    [Fact]
    public void Tests_AllClasses_AreOfTheRules()
        => Assert.Equal(Ids.Select(id => id + "Tests"), typeof(CatalogueTests).Assembly.GetTypes()
            .Where(type => type.Name.StartsWith("KVC") && type.Name.EndsWith("Tests")).Select(type => type.Name).Order());

    [Fact]
    public void Fixes_All_AreExportedAndFixEverythingAtOnce()
    {
        var fixes = Instances<CodeFixProvider>(typeof(DeclarationFix).Assembly).ToList();
        Assert.NotEmpty(fixes);
        foreach (var fix in fixes)
        {
            Assert.Equal(fix.GetType().Name, fix.GetType().GetCustomAttribute<ExportCodeFixProviderAttribute>()?.Name);
            Assert.NotNull(fix.GetFixAllProvider());
            Assert.Subset(Ids.ToHashSet(), fix.FixableDiagnosticIds.ToHashSet());
        }
    }

    private static HashSet<string> FixableIds()
        => [.. Instances<CodeFixProvider>(typeof(DeclarationFix).Assembly).SelectMany(fix => fix.FixableDiagnosticIds)];

    private static IEnumerable<T> Instances<T>(Assembly assembly) => assembly.GetTypes()
        .Where(type => type.IsAssignableTo(typeof(T)) && !type.IsAbstract)
        .Select(type => (T)Activator.CreateInstance(type)!);
}
