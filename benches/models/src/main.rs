//! A program of twenty models, to measure what a build of it costs: as models by derive (feature `derived`),
//! and as plain structs.

use jiff::{Timestamp, civil::Date};
#[cfg(feature = "derived")]
use relata::typed::{Database, Id, Model};
use rust_decimal::Decimal;
use uuid::Uuid;

#[cfg(not(feature = "derived"))]
type Id<M> = (i64, std::marker::PhantomData<fn() -> M>);

/// Structs that are models where the feature is on.
macro_rules! models {
    ($($(#[$on:meta])* struct $name:ident { $($(#[$at:meta])* $field:ident: $ty:ty,)* })*) => {$(
        #[cfg_attr(feature = "derived", derive(Model))]
        $(#[cfg_attr(feature = "derived", $on)])*
        #[derive(Clone, Debug, PartialEq)]
        #[allow(dead_code, reason = "only the build is measured")]
        struct $name {
            $($(#[cfg_attr(feature = "derived", $at)])* $field: $ty,)*
        }
    )*};
}

models! {
    #[relata(has_many(departments: Department::company))]
    #[relata(has_many(customers: Customer::company))]
    struct Company {
        #[relata(key, generated)]
        id: Id<Company>,
        name: String,
        country: String,
        founded: i32,
        vat: Option<String>,
    }

    #[relata(has_many(employees: Employee::department))]
    struct Department {
        #[relata(key, generated)]
        id: Id<Department>,
        name: String,
        budget: Decimal,
        #[relata(belongs_to(company: Company, on_delete = cascade))]
        company_id: Id<Company>,
    }

    #[relata(has_many(reports: Employee::manager))]
    #[relata(has_many(sales: Order::seller))]
    #[relata(has_many(assigned: Ticket::agent))]
    struct Employee {
        #[relata(key, generated)]
        id: Id<Employee>,
        name: String,
        #[relata(unique)]
        email: String,
        hired: Date,
        salary: Decimal,
        active: bool,
        #[relata(belongs_to(department: Department, on_delete = cascade))]
        department_id: Id<Department>,
        #[relata(belongs_to(manager: Employee, on_delete = set_null))]
        manager_id: Option<Id<Employee>>,
    }

    #[relata(has_many(addresses: Address::customer))]
    #[relata(has_many(orders: Order::customer))]
    #[relata(has_many(reviews: Review::customer))]
    #[relata(has_many(tickets: Ticket::customer))]
    #[relata(has_many(coupons: Coupon::customer))]
    #[relata(has_many(sessions: Session::customer))]
    struct Customer {
        #[relata(key, generated)]
        id: Id<Customer>,
        name: String,
        #[relata(unique)]
        email: String,
        #[relata(ordered_index)]
        since: Date,
        credit: Decimal,
        notes: Option<String>,
        #[relata(belongs_to(company: Company, on_delete = set_null))]
        company_id: Option<Id<Company>>,
    }

    struct Address {
        #[relata(key, generated)]
        id: Id<Address>,
        street: String,
        town: String,
        postcode: String,
        country: String,
        #[relata(belongs_to(customer: Customer, on_delete = cascade))]
        customer_id: Id<Customer>,
    }

    #[relata(has_many(children: Category::parent))]
    #[relata(has_many(products: Product::category))]
    struct Category {
        #[relata(key, generated)]
        id: Id<Category>,
        name: String,
        #[relata(unique)]
        slug: String,
        place: i32,
        #[relata(belongs_to(parent: Category, on_delete = set_null))]
        parent_id: Option<Id<Category>>,
    }

    #[relata(has_many(products: Product::supplier))]
    struct Supplier {
        #[relata(key, generated)]
        id: Id<Supplier>,
        name: String,
        #[relata(unique)]
        email: String,
        rating: f64,
    }

    #[relata(has_many(stocks: Stock::product))]
    #[relata(has_many(lines: Line::product))]
    #[relata(has_many(reviews: Review::product))]
    struct Product {
        #[relata(key, generated)]
        id: Id<Product>,
        name: String,
        #[relata(unique)]
        sku: String,
        #[relata(ordered_index)]
        price: Decimal,
        weight: Option<f64>,
        created_at: Timestamp,
        #[relata(belongs_to(category: Category, on_delete = cascade))]
        category_id: Id<Category>,
        #[relata(belongs_to(supplier: Supplier, on_delete = set_null))]
        supplier_id: Option<Id<Supplier>>,
    }

    #[relata(has_many(stocks: Stock::warehouse))]
    #[relata(has_many(shipments: Shipment::warehouse))]
    struct Warehouse {
        #[relata(key, generated)]
        id: Id<Warehouse>,
        name: String,
        town: String,
        capacity: i32,
    }

    struct Stock {
        #[relata(key, generated)]
        id: Id<Stock>,
        pieces: i32,
        counted: Date,
        #[relata(belongs_to(product: Product, on_delete = cascade))]
        product_id: Id<Product>,
        #[relata(belongs_to(warehouse: Warehouse, on_delete = cascade))]
        warehouse_id: Id<Warehouse>,
    }

    #[relata(has_many(lines: Line::order))]
    #[relata(has_many(invoices: Invoice::order))]
    #[relata(has_many(shipments: Shipment::order))]
    struct Order {
        #[relata(key, generated)]
        id: Id<Order>,
        #[relata(unique)]
        number: String,
        #[relata(ordered_index)]
        placed_at: Timestamp,
        paid: bool,
        total: Decimal,
        #[relata(belongs_to(customer: Customer, on_delete = cascade))]
        customer_id: Id<Customer>,
        #[relata(belongs_to(seller: Employee, on_delete = set_null))]
        seller_id: Option<Id<Employee>>,
    }

    struct Line {
        #[relata(key, generated)]
        id: Id<Line>,
        pieces: i32,
        #[relata(ordered_index)]
        price: Decimal,
        discount: Option<Decimal>,
        #[relata(belongs_to(order: Order, on_delete = cascade))]
        order_id: Id<Order>,
        #[relata(belongs_to(product: Product, on_delete = cascade))]
        product_id: Id<Product>,
    }

    #[relata(has_many(payments: Payment::invoice))]
    struct Invoice {
        #[relata(key, generated)]
        id: Id<Invoice>,
        #[relata(unique)]
        number: String,
        due: Date,
        sent_at: Option<Timestamp>,
        #[relata(belongs_to(order: Order, on_delete = cascade))]
        order_id: Id<Order>,
    }

    struct Payment {
        #[relata(key, generated)]
        id: Id<Payment>,
        amount: Decimal,
        paid_at: Timestamp,
        reference: String,
        #[relata(belongs_to(invoice: Invoice, on_delete = cascade))]
        invoice_id: Id<Invoice>,
    }

    struct Shipment {
        #[relata(key, generated)]
        id: Id<Shipment>,
        carrier: String,
        tracking: Option<String>,
        sent_at: Timestamp,
        #[relata(belongs_to(order: Order, on_delete = cascade))]
        order_id: Id<Order>,
        #[relata(belongs_to(warehouse: Warehouse, on_delete = cascade))]
        warehouse_id: Id<Warehouse>,
    }

    struct Review {
        #[relata(key, generated)]
        id: Id<Review>,
        stars: i16,
        title: String,
        body: String,
        written_at: Timestamp,
        #[relata(belongs_to(product: Product, on_delete = cascade))]
        product_id: Id<Product>,
        #[relata(belongs_to(customer: Customer, on_delete = cascade))]
        customer_id: Id<Customer>,
    }

    #[relata(has_many(messages: Message::ticket))]
    struct Ticket {
        #[relata(key, generated)]
        id: Id<Ticket>,
        subject: String,
        body: String,
        open: bool,
        #[relata(ordered_index)]
        opened_at: Timestamp,
        #[relata(belongs_to(customer: Customer, on_delete = cascade))]
        customer_id: Id<Customer>,
        #[relata(belongs_to(agent: Employee, on_delete = set_null))]
        agent_id: Option<Id<Employee>>,
    }

    struct Message {
        #[relata(key, generated)]
        id: Id<Message>,
        body: String,
        sent_at: Timestamp,
        private: bool,
        #[relata(belongs_to(ticket: Ticket, on_delete = cascade))]
        ticket_id: Id<Ticket>,
    }

    struct Coupon {
        #[relata(key, generated)]
        id: Id<Coupon>,
        #[relata(unique)]
        code: String,
        percent: i16,
        until: Date,
        #[relata(belongs_to(customer: Customer, on_delete = set_null))]
        customer_id: Option<Id<Customer>>,
    }

    struct Session {
        #[relata(key, generated)]
        id: Id<Session>,
        #[relata(unique)]
        token: Uuid,
        seen_at: Timestamp,
        agent: Option<String>,
        #[relata(belongs_to(customer: Customer, on_delete = cascade))]
        customer_id: Id<Customer>,
    }
}

#[cfg(feature = "derived")]
type Shop = (
    (Company, Department, Employee, Customer, Address, Category, Supplier, Product, Warehouse, Stock),
    (Order, Line, Invoice, Payment, Shipment, Review, Ticket, Message, Coupon, Session),
);

#[cfg(feature = "derived")]
fn main() -> relata::Result<()> {
    let db = Database::new::<Shop>()?;
    let company = db.insert(NewCompany::new("Tea & Co.", "GB", 1886))?;
    db.insert(NewDepartment::new("Blending", Decimal::new(1000, 0), company))?;
    let page = db
        .query::<Company>()
        .filter(|c| c.departments().some(|d| d.name().like("B%")))
        .include(|c| c.departments().include(|d| d.employees().limit(3)))
        .all()?;
    println!("{}", page.tree());
    Ok(())
}

#[cfg(not(feature = "derived"))]
fn main() -> relata::Result<()> {
    let db = relata::Database::new(relata::Schema::new())?;
    let id = (1, std::marker::PhantomData);
    let company = Company { id, name: "Tea & Co.".into(), country: "GB".into(), founded: 1886, vat: None };
    println!("{company:?} {:?}", db.catalog().tables().len());
    Ok(())
}
