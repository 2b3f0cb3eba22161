using KvCompose.Roslyn.Testing;
using KvCompose.Shared;
using Microsoft.CodeAnalysis.CSharp;

namespace KvCompose.Generators.Tests.Shared;

public class CSharpLiteralTests
{
    [Theory]
    [InlineData(0.5f, "0.5f")]
    [InlineData(-1f, "-1f")]
    [InlineData(-0f, "-0f")]
    [InlineData(1e-8f, "1E-08f")]
    [InlineData(float.NaN, "float.NaN")]
    [InlineData(float.PositiveInfinity, "float.PositiveInfinity")]
    [InlineData(float.NegativeInfinity, "float.NegativeInfinity")]
    public void Of_Float_IsALiteral(float value, string expected) => Assert.Equal(expected, CSharpLiteral.Of(value));

    [Theory]
    [InlineData(0.1, "0.1d")]
    [InlineData(-0d, "-0d")]
    [InlineData(double.NaN, "double.NaN")]
    public void Of_Double_IsALiteral(double value, string expected) => Assert.Equal(expected, CSharpLiteral.Of(value));

    [Fact]
    public void Of_AnyFiniteFloat_IsReadBackByTheCompilerToTheSameBits()
    {
        var random = new Random(7);
        for (var i = 0; i < 2_000; i++)
        {
            var value = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            if (!float.IsFinite(value))
                continue;
            var magnitude = (float)SyntaxFactory.ParseToken(CSharpLiteral.Of(value).TrimStart('-')).Value!;
            Assert.Equal(BitConverter.SingleToInt32Bits(Math.Abs(value)), BitConverter.SingleToInt32Bits(magnitude));
            Assert.Equal(float.IsNegative(value), CSharpLiteral.Of(value).StartsWith('-'));
        }
    }

    [Fact]
    public void Of_HostileCulture_StaysCSharp()
    {
        using var culture = HostileCulture.Enter();
        Assert.Equal("\u22121,5", (-1.5f).ToString());
        Assert.Equal("-1.5f", CSharpLiteral.Of(-1.5f));
        Assert.Equal("-1.5d", CSharpLiteral.Of(-1.5));
        Assert.Equal("-7", CSharpLiteral.Of(-7));
        Assert.Equal("-7", CSharpLiteral.Of(-7L));
    }

    [Fact]
    public void Of_Text_IsQuotedAndEscaped() => Assert.Equal("\"a\\\"b\\n\"", CSharpLiteral.Of("a\"b\n"));

    [Fact]
    public void Of_Bool_IsAKeyword() => Assert.Equal("true false", $"{CSharpLiteral.Of(true)} {CSharpLiteral.Of(false)}");
}
