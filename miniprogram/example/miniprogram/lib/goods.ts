/** 演示商品，真实项目里来自你的后端 / Demo goods; in a real project they come from your back end. */
import { isChinese } from "./text";

/** 一件商品 / One product. */
export interface Product {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  /** 元 / Yuan. */
  readonly price: number;
  readonly image: string;
}

const GOODS: readonly Product[] = isChinese
  ? [
      {
        id: "42",
        name: "青瓷茶杯",
        about: "龙泉青瓷，手工拉坯，容量 120 毫升。釉色每只略有不同。",
        price: 128,
        image: "/images/cup.svg",
      },
      {
        id: "43",
        name: "胡桃木勺",
        about: "整木手削，食用级木蜡油。不要放进洗碗机。",
        price: 36,
        image: "/images/spoon.svg",
      },
      {
        id: "44",
        name: "亚麻茶席",
        about: "水洗亚麻，30 × 180 厘米，越洗越软。",
        price: 89,
        image: "/images/linen.svg",
      },
      {
        id: "45",
        name: "山茶香烛",
        about: "大豆蜡，约燃 40 小时，陶杯可再用。",
        price: 158,
        image: "/images/candle.svg",
      },
    ]
  : [
      {
        id: "42",
        name: "Celadon teacup",
        about: "Longquan celadon, thrown by hand, 120 ml. Each glaze is a little different.",
        price: 128,
        image: "/images/cup.svg",
      },
      {
        id: "43",
        name: "Walnut spoon",
        about: "Carved from one piece, food-safe oil. Not for the dishwasher.",
        price: 36,
        image: "/images/spoon.svg",
      },
      {
        id: "44",
        name: "Linen runner",
        about: "Washed linen, 30 × 180 cm, softer with every wash.",
        price: 89,
        image: "/images/linen.svg",
      },
      {
        id: "45",
        name: "Camellia candle",
        about: "Soy wax, burns for 40 hours; keep the cup.",
        price: 158,
        image: "/images/candle.svg",
      },
    ];

/** 返回全部商品 / Returns all products. */
export function listProducts(): readonly Product[] {
  return GOODS;
}

/** 按编号找商品，找不到时返回 undefined / Returns the product with this id; undefined when there is none. */
export function findProduct(id: string | undefined): Product | undefined {
  return GOODS.find((product) => product.id === id);
}
